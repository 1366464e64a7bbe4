import type { SenderLine } from '../../server/views.ts'
import { at } from '../destination.ts'
import { useWords } from '../language/words.ts'
import type { Examples } from './example.ts'

/** Whoever has written, each leading to their messages. */
export function Senders({ senders }: { senders: SenderLine[] }) {
  const words = useWords()
  if (senders.length === 0) return null
  return (
    <section aria-labelledby="senders-title">
      <h2 id="senders-title">{words.search.senders}</h2>
      <ul className="choices">
        {senders.map(({ name, message, messages }) => (
          <li key={message}>
            <a href={at('/messages', { from: message })}>
              <bdi>{name}</bdi>
            </a>{' '}
            <span className="hint">{words.search.count(messages)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

export const examples: Examples = {
  two: (
    <Senders
      senders={[
        { name: 'Dr. Cole', message: 'msg_1', messages: 12 },
        { name: 'North Clinic', message: 'msg_2', messages: 1 },
      ]}
    />
  ),
}
