import type { DepositLine } from '../../server/views.ts'
import { staffWords } from '../language/staff.ts'
import { DateTime } from './DateTime.tsx'
import type { Examples } from './example.ts'
import { progressOf, wantsAttention } from './progress.ts'
import { StatusTag } from './StatusTag.tsx'
import { WideTable } from './WideTable.tsx'

/** Deposits with how far each of their messages got. */
export function SentList({ lines }: { lines: DepositLine[] }) {
  const { columns, title, noSubject } = staffWords.sent
  return (
    <WideTable caption={title} columns={[columns.subject, columns.recipients, columns.state, columns.date, columns.until]}>
      {lines.flatMap(line =>
        line.messages.map(message => (
          <tr key={message.id}>
            <th scope="row">
              <a href={`/sent/${line.id}`}>
                <bdi>{line.subject ?? noSubject}</bdi>
              </a>
            </th>
            <td>
              <bdi>{message.recipientName || message.recipient}</bdi>
            </td>
            <td>
              <StatusTag strong={wantsAttention(progressOf(message))}>{staffWords.progress[progressOf(message)]}</StatusTag>
            </td>
            <td>
              <DateTime at={line.createdAt} precision="day" />
            </td>
            <td>
              <DateTime at={message.expiresAt} precision="day" />
            </td>
          </tr>
        )),
      )}
    </WideTable>
  )
}

export const exampleDeposit: DepositLine = {
  id: 'dep_01k9z3h7d2aaaaaaaaaaaaaaaa',
  thread: 'thr_1',
  reference: 'LAB-2026-001',
  subject: 'Your visit on Monday',
  createdAt: Date.UTC(2026, 0, 5, 15),
  messages: [
    {
      id: 'msg_1',
      recipient: 'ada@example.com',
      recipientName: 'Ada Lopez',
      state: 'opened',
      expiresAt: Date.UTC(2026, 1, 4, 22),
      receipts: [
        { id: 'evt_1', stage: 'noticed', at: Date.UTC(2026, 0, 5, 15, 1), attachment: null },
        { id: 'evt_2', stage: 'opened', at: Date.UTC(2026, 0, 6, 14, 12), attachment: null },
      ],
      notices: [{ state: 'sent', at: Date.UTC(2026, 0, 5, 15, 1), attempts: 1, answer: '250 2.0.0 OK' }],
      retractedAt: null,
    },
    {
      id: 'msg_2',
      recipient: 'ben@example.com',
      recipientName: 'Ben Okoro',
      state: 'waiting',
      expiresAt: Date.UTC(2026, 1, 4, 22),
      receipts: [],
      notices: [{ state: 'bounced', at: Date.UTC(2026, 0, 5, 15, 1), attempts: 1, answer: '550 5.1.1 No such mailbox' }],
      retractedAt: null,
    },
  ],
}
export const examples: Examples = { 'two recipients': <SentList lines={[exampleDeposit]} /> }
