import type { ReplyLine } from '../../server/views.ts'
import { staffWords } from '../language/staff.ts'
import { DateTime } from './DateTime.tsx'
import type { Examples } from './example.ts'
import { StatusTag } from './StatusTag.tsx'
import { WideTable } from './WideTable.tsx'

const words = staffWords.replies

/** Replies, newest first. */
export function ReplyList({ lines }: { lines: ReplyLine[] }) {
  return (
    <WideTable
      caption={words.title}
      columns={[words.columns.subject, words.columns.from, words.columns.state, words.columns.date]}
    >
      {lines.map(line => (
        <tr key={line.id}>
          <th scope="row">
            <a href={`/replies/${line.id}`}>
              <bdi>{line.subject}</bdi>
            </a>
          </th>
          <td>
            <bdi>{line.from}</bdi>
          </td>
          <td>
            <StatusTag strong={line.isNew}>{line.isNew ? words.isNew : words.read}</StatusTag>
          </td>
          <td>
            <DateTime at={line.createdAt} />
          </td>
        </tr>
      ))}
    </WideTable>
  )
}

export const examples: Examples = {
  one: (
    <ReplyList
      lines={[
        {
          id: 'msg_9',
          deposit: 'dep_1',
          thread: 'thr_1',
          from: 'Ada Lopez',
          subject: 'Re: Your visit on Monday',
          createdAt: Date.UTC(2026, 0, 7, 9),
          isNew: true,
          attachmentCount: 0,
        },
      ]}
    />
  ),
}
