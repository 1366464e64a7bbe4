import type { HistoryActor, HistoryLine } from '../../server/views.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { DateTime } from './DateTime.tsx'
import type { Examples } from './example.ts'

interface HistoryListProps {
  lines: HistoryLine[]
  organization: string
  /** Whether each line says which message it is about. */
  ofAll?: boolean
}

/** What happened, newest first: who did what, when, and how they had signed in. */
export function HistoryList({ lines, organization, ofAll = false }: HistoryListProps) {
  const words = useWords()
  if (lines.length === 0) return <p>{words.history.none}</p>
  return (
    <ol className="timeline">
      {lines.map(({ index, at, event, by, method, detail, message }) => (
        <li key={index}>
          <strong dir="auto">{words.history.events[event](called(by, organization, words), detail ?? '')}</strong>{' '}
          <DateTime at={at} />
          {method && words.history.methods[method] ? <p className="hint">{words.history.methods[method]}</p> : null}
          {ofAll && message ? (
            <p>
              <a href={`/messages/${message.id}/history`}>
                <bdi>{message.subject ?? words.messages.noSubject}</bdi>
                {', '}
                <bdi>{message.direction === 'reply' ? words.messages.sentByYou : message.from}</bdi>
              </a>
            </p>
          ) : null}
        </li>
      ))}
    </ol>
  )
}

function called(by: HistoryActor, organization: string, { history: { who } }: Catalogue): string {
  if (by.kind !== 'staff') return who[by.kind](organization)
  if (by.name !== null) return who.named(by.name, organization)
  return by.role === 'compliance' ? who.compliance(organization) : who.provider(organization)
}

const line: HistoryLine = {
  index: 12,
  at: Date.UTC(2026, 0, 6, 14, 12),
  event: 'read',
  by: { kind: 'you' },
  method: 'passkey',
  detail: null,
  message: {
    id: 'msg_1',
    direction: 'to_recipient',
    subject: 'Your visit on Monday',
    from: 'Dr. Cole',
    organization: 'North Clinic',
    state: 'opened',
    isNew: false,
    attachmentCount: 1,
    createdAt: Date.UTC(2026, 0, 5, 15),
    expiresAt: Date.UTC(2026, 1, 5, 15),
  },
}
const cole = { kind: 'staff', role: 'provider', name: 'Dr. Cole' } as const
const office = { kind: 'staff', role: 'compliance', name: null } as const
const lines: HistoryLine[] = [
  { ...line, event: 'trail_seen', by: office, method: null },
  { ...line, index: 11, event: 'file_fetched', detail: 'plan.pdf' },
  { ...line, index: 10 },
  { ...line, index: 9, event: 'noticed', by: { kind: 'portal' }, method: null },
  { ...line, index: 8, event: 'came', by: cole, method: null },
]
export const examples: Examples = {
  'of one message': <HistoryList organization="North Clinic" lines={lines} />,
  'of all messages': <HistoryList organization="North Clinic" lines={lines} ofAll />,
  none: <HistoryList organization="North Clinic" lines={[]} />,
}
