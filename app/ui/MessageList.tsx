import type { MessageLine } from '../../server/views.ts'
import { useTell } from '../language/moment.ts'
import { useWords } from '../language/words.ts'
import { DateTime } from './DateTime.tsx'
import type { Examples } from './example.ts'
import { StatusTag } from './StatusTag.tsx'

/** Messages, each one big target: what, from whom, since when, until when; in lines of their own, also where there are no styles. */
export function MessageList({ lines }: { lines: MessageLine[] }) {
  return (
    <ul className="messages">
      {lines.map(line => (
        <li key={line.id}>
          <Line line={line} />
        </li>
      ))}
    </ul>
  )
}

function Line({ line }: { line: MessageLine }) {
  const words = useWords().messages
  const tell = useTell()
  const isReply = line.direction === 'reply'
  const isReadable = line.state === 'waiting' || line.state === 'opened'
  const state = isReply ? words.sentByYou : line.isNew ? words.isNew : words.states[line.state]
  return (
    <a href={`/messages/${line.id}`}>
      <span className="subject">
        <StatusTag strong={line.isNew && isReadable}>{state}</StatusTag> <bdi>{line.subject ?? words.noSubject}</bdi>
        <br />
      </span>
      <span>
        {isReply ? null : (
          <>
            {words.from}: <bdi>{sender(line)}</bdi>
            <br />
          </>
        )}
        <DateTime at={line.createdAt} precision="day" />
        {line.attachmentCount > 0 ? ` · ${words.files(line.attachmentCount)}` : null}
        <br />
      </span>
      {isReadable && !isReply ? <span className="until">{words.until(tell(line.expiresAt, 'day'))}</span> : null}
    </a>
  )
}

const sender = ({ from, organization }: MessageLine): string => (from === organization ? from : `${from}, ${organization}`)

const line: MessageLine = {
  id: 'msg_1',
  direction: 'to_recipient',
  subject: 'Your visit on Monday',
  from: 'Dr. Cole',
  organization: 'North Clinic',
  state: 'waiting',
  isNew: true,
  attachmentCount: 2,
  createdAt: Date.UTC(2026, 0, 5, 15),
  expiresAt: Date.UTC(2026, 1, 5, 15),
}
export const examples: Examples = {
  'every state': (
    <MessageList
      lines={[
        line,
        { ...line, id: 'msg_2', isNew: false, state: 'opened', attachmentCount: 0 },
        { ...line, id: 'msg_3', isNew: false, state: 'expired', subject: null },
        { ...line, id: 'msg_4', isNew: false, state: 'retracted', subject: null },
        { ...line, id: 'msg_5', isNew: false, direction: 'reply', state: 'opened', subject: 'Thank you' },
      ]}
    />
  ),
}
