import type { ReplyLine } from '../../server/views.ts'
import { staffWords } from '../language/staff.ts'
import { useWords } from '../language/words.ts'
import { DateTime } from './DateTime.tsx'
import type { Examples } from './example.ts'
import { PostButton } from './PostButton.tsx'
import { SummaryList } from './SummaryList.tsx'

const words = staffWords.reply

/** An unopened reply: from whom, about what, and the button that opens it. */
export function ReplyEnvelope({ envelope, at }: { envelope: ReplyLine; at: string }) {
  const { files } = useWords().messages
  const { from, subject, deposit, createdAt, attachmentCount } = envelope
  return (
    <>
      <SummaryList
        rows={[
          [words.from, from],
          [
            words.about,
            <a key="about" href={`/sent/${deposit}`} dir="auto">
              {subject}
            </a>,
          ],
          [words.received, <DateTime key="received" at={createdAt} />],
          ...(attachmentCount > 0 ? [[words.files, files(attachmentCount)] as [string, string]] : []),
        ]}
      />
      <p>{words.tells}</p>
      <PostButton to={`${at}/open`}>{words.open}</PostButton>
    </>
  )
}

const envelope: ReplyLine = {
  id: 'msg_9',
  deposit: 'dep_1',
  thread: 'thr_1',
  from: 'Ada Lopez',
  subject: 'Re: Your visit on Monday',
  createdAt: Date.UTC(2026, 0, 7, 9),
  isNew: true,
  attachmentCount: 0,
}
export const examples: Examples = {
  'words alone': <ReplyEnvelope at="/replies/msg_9" envelope={envelope} />,
  'with files': <ReplyEnvelope at="/replies/msg_9" envelope={{ ...envelope, attachmentCount: 2 }} />,
}
