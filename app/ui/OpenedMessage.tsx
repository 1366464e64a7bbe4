import type { MessageBody, MessageView } from '../../server/views.ts'
import { at } from '../destination.ts'
import { useTell } from '../language/moment.ts'
import { useWords } from '../language/words.ts'
import { Attachments } from './Attachments.tsx'
import { ButtonLink } from './Button.tsx'
import { CallUs } from './CallUs.tsx'
import { DateTime } from './DateTime.tsx'
import { exampleFrame, fromLine } from './Envelope.tsx'
import type { Examples } from './example.ts'
import { FormattedBody } from './FormattedBody.tsx'
import { MessageList } from './MessageList.tsx'
import { Notice } from './Notice.tsx'
import { Page } from './Page.tsx'
import { SummaryList } from './SummaryList.tsx'

type OpenedView = Extract<MessageView, { kind: 'message' }>
interface Look {
  /** As the sender designed it, instead of plain text. */
  formatted: boolean
  large: boolean
}

/** A message that is open. */
export function OpenedMessage({ view: { frame, body }, look }: { view: OpenedView; look: Look }) {
  const words = useWords().message
  const path = `/messages/${frame.id}`
  const isReply = body.direction === 'reply'
  return (
    <Page title={body.subject} titleLanguage={body.language}>
      {isReply ? <p>{words.sentByYou}</p> : <Facts view={{ kind: 'message', frame, body }} />}
      <Text body={body} look={look} />
      <LookLinks path={path} look={look} hasHtml={body.html !== null} />
      <Attachments files={body.attachments} at={`${path}/attachments`} />
      {isReply ? null : <Answer path={path} body={body} />}
      {body.thread.length > 0 ? (
        <section aria-labelledby="thread-title" className="no-print">
          <h2 id="thread-title">{words.earlier}</h2>
          <MessageList lines={body.thread} />
        </section>
      ) : null}
      <p className="hint no-print">{words.print}</p>
      <p className="no-print">
        <a href="/messages">{words.all}</a>
      </p>
      <CallUs organization={frame.organization} phone={frame.phone} />
    </Page>
  )
}

function Facts({ view: { frame, body } }: { view: OpenedView }) {
  const words = useWords().message
  const address = body.fromAddress ? ` (${body.fromAddress})` : ''
  return (
    <SummaryList
      rows={[
        [words.from, `${fromLine(frame)}${address}`],
        [words.to, frame.forWhom],
        [words.sent, <DateTime key="sent" at={frame.createdAt} />],
        [words.until, <DateTime key="until" at={frame.expiresAt} />],
      ]}
    />
  )
}

function Answer({ path, body }: { path: string; body: MessageBody }) {
  const words = useWords().message
  const tell = useTell()
  return (
    <>
      <Notice kind="calm">{words.seen(tell(body.openedAt))}</Notice>
      {body.replyAllowed ? <ButtonLink to={`${path}/reply`}>{words.reply}</ButtonLink> : <p>{words.noReply}</p>}
    </>
  )
}

function Text({ body, look }: { body: MessageBody; look: Look }) {
  if (look.formatted && body.html !== null) return <FormattedBody html={body.html} language={body.language} large={look.large} />
  return (
    <div className={look.large ? 'letter large' : 'letter'} lang={body.language} dir="auto">
      {body.text}
    </div>
  )
}

/** Each look is an address of its own: it works without script, and the browser's Back undoes it. */
function LookLinks({ path, look, hasHtml }: { path: string; look: Look; hasHtml: boolean }) {
  const words = useWords().message
  const link = ({ formatted, large }: Look) => at(path, { view: formatted ? 'formatted' : null, text: large ? 'large' : null })
  return (
    <ul className="inline no-print">
      <li>
        <a href={link({ ...look, large: !look.large })}>{look.large ? words.normal : words.larger}</a>
      </li>
      {hasHtml ? (
        <li>
          <a href={link({ ...look, formatted: !look.formatted })}>{look.formatted ? words.plain : words.formatted}</a>
        </li>
      ) : null}
    </ul>
  )
}

const body: MessageBody = {
  subject: 'Your visit on Monday',
  fromAddress: 'cole@example.com',
  text: 'Dear Ms. Lopez,\n\nyour visit is on Monday at 9 in the morning. Please bring your card.\n\nDr. Cole',
  html: '<p>Dear Ms. Lopez,</p><p>your visit is on <b>Monday at 9</b>. Please bring your card.</p><p>Dr. Cole</p>',
  language: 'en',
  openedAt: Date.UTC(2026, 0, 6, 14, 12),
  direction: 'to_recipient',
  attachments: [{ id: 'att_1', name: 'plan.pdf', type: 'application/pdf', size: 2_400_000 }],
  replyAllowed: true,
  thread: [],
}
const plain = { formatted: false, large: false }
export const examples: Examples = {
  text: <OpenedMessage view={{ kind: 'message', frame: exampleFrame, body }} look={plain} />,
  formatted: <OpenedMessage view={{ kind: 'message', frame: exampleFrame, body }} look={{ formatted: true, large: true }} />,
  'no answer wanted': (
    <OpenedMessage
      view={{ kind: 'message', frame: exampleFrame, body: { ...body, replyAllowed: false, attachments: [] } }}
      look={plain}
    />
  ),
  'my own': (
    <OpenedMessage
      view={{ kind: 'message', frame: exampleFrame, body: { ...body, direction: 'reply', html: null } }}
      look={plain}
    />
  ),
}
