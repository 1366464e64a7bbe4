import type { ReplyLine } from '../../server/views.ts'
import { staffWords } from '../language/staff.ts'
import { DateTime } from './DateTime.tsx'
import type { Examples } from './example.ts'
import { StatusTag } from './StatusTag.tsx'

const words = staffWords.replies

/** Replies, newest first. */
export function ReplyList({ lines }: { lines: ReplyLine[] }) {
  return (
    <div className="scroll" role="region" aria-label={words.title} tabIndex={0}>
      <table>
        <caption className="unseen">{words.title}</caption>
        <thead>
          <tr>
            <th scope="col">{words.columns.subject}</th>
            <th scope="col">{words.columns.from}</th>
            <th scope="col">{words.columns.state}</th>
            <th scope="col">{words.columns.date}</th>
          </tr>
        </thead>
        <tbody>
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
        </tbody>
      </table>
    </div>
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
