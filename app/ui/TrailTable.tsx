import type { TrailView } from '../../server/portal.ts'
import { at } from '../destination.ts'
import { useTell } from '../language/moment.ts'
import { staffWords } from '../language/staff.ts'
import type { Filter } from '../trail-filter.ts'
import type { Examples } from './example.ts'
import { WideTable } from './WideTable.tsx'

const words = staffWords.trail

/** Entries of the trail, newest first, and how far it is signed. */
export function TrailTable({ trail, filter }: { trail: TrailView; filter: Filter }) {
  const tell = useTell()
  const { lines, next, checkpoint } = trail
  return (
    <>
      <p>{checkpoint ? words.checkpoint(checkpoint.size, tell(checkpoint.at)) : words.noCheckpoint}</p>
      {lines.length > 0 ? <Lines lines={lines} /> : <p>{words.none}</p>}
      {next === null ? null : (
        <p>
          <a href={at('/trail', { action: filter.action, object: filter.object, actor: filter.actor, before: String(next) })}>
            {words.older}
          </a>
        </p>
      )}
    </>
  )
}

function Lines({ lines }: { lines: TrailView['lines'] }) {
  const tell = useTell()
  return (
    <WideTable caption={words.caption} columns={Object.values(words.columns)}>
      {lines.map(line => (
        <tr key={line.index}>
          <th scope="row">{line.index}</th>
          <td>
            <time dateTime={new Date(line.at).toISOString()}>{tell(line.at, 'exact')}</time>
          </td>
          <td>
            <code>{line.actor}</code>
          </td>
          <td>{line.action}</td>
          <td>
            <code>{line.object}</code>
          </td>
          <td className="loose">{line.detail}</td>
        </tr>
      ))}
    </WideTable>
  )
}

export const examples: Examples = {
  some: (
    <TrailTable
      filter={{}}
      trail={{
        lines: [
          {
            index: 12,
            at: Date.UTC(2026, 0, 6, 14, 12),
            actor: 'rcp_1',
            action: 'message.opened',
            object: 'msg_1',
            detail: 'passkey',
          },
          {
            index: 11,
            at: Date.UTC(2026, 0, 6, 14, 10),
            actor: 'rcp_1',
            action: 'session.started',
            object: null,
            detail: 'passkey',
          },
        ],
        next: 11,
        checkpoint: { size: 12, at: Date.UTC(2026, 0, 6, 14, 15) },
      }}
    />
  ),
  none: <TrailTable filter={{}} trail={{ lines: [], next: null, checkpoint: null }} />,
}
