import type { ReplyView } from '../../server/views.ts'
import { staffWords } from '../language/staff.ts'
import { Attachments } from './Attachments.tsx'
import { DateTime } from './DateTime.tsx'
import type { Examples } from './example.ts'
import { Lines } from './Lines.tsx'
import { SummaryList } from './SummaryList.tsx'

const words = staffWords.reply

/** A patient's reply with what came before it. */
export function OpenedReply({ reply, at }: { reply: ReplyView; at: string }) {
  return (
    <>
      <SummaryList
        rows={[
          [words.from, `${reply.from} (${reply.fromAddress})`],
          [words.received, <DateTime key="received" at={reply.createdAt} />],
          [
            words.about,
            <a key="deposit" href={`/sent/${reply.deposit}`}>
              {words.sent}
            </a>,
          ],
        ]}
      />
      <div className="letter" lang={reply.language} dir="auto">
        <Lines text={reply.text} />
      </div>
      <Attachments files={reply.attachments} at={`${at}/attachments`} />
      {reply.earlier.length > 0 ? (
        <details>
          <summary>{words.earlier}</summary>
          {reply.earlier.map(({ id, from, createdAt, text }) => (
            <section key={id}>
              <h2>
                <bdi>{from}</bdi>, <DateTime at={createdAt} />
              </h2>
              <div className="letter" dir="auto">
                <Lines text={text ?? words.notShown} />
              </div>
            </section>
          ))}
        </details>
      ) : null}
    </>
  )
}

export const examples: Examples = {
  plain: (
    <OpenedReply
      at="/replies/msg_9"
      reply={{
        id: 'msg_9',
        deposit: 'dep_1',
        thread: 'thr_1',
        from: 'Ada Lopez',
        fromAddress: 'ada@example.com',
        subject: 'Re: Your visit on Monday',
        createdAt: Date.UTC(2026, 0, 7, 9),
        isNew: false,
        attachmentCount: 0,
        text: 'Thank you. I will come.',
        language: 'en',
        attachments: [],
        earlier: [
          {
            id: 'msg_1',
            direction: 'to_recipient',
            from: 'Dr. Cole',
            createdAt: Date.UTC(2026, 0, 5, 15),
            text: 'Your visit is on Monday.',
          },
        ],
      }}
    />
  ),
}
