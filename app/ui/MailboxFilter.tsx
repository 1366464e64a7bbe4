import { at } from '../destination.ts'
import { useWords } from '../language/words.ts'
import { SHOWN, type Wish } from '../mailbox-wish.ts'
import type { Examples } from './example.ts'

/** Which messages are listed: links, so that a choice can be kept and Back undoes it. */
export function MailboxFilter({ wish, sender }: { wish: Wish; sender: string | null }) {
  const words = useWords().messages
  const from = sender === null ? null : wish.from
  return (
    <nav className="filter" aria-label={words.show}>
      {sender === null ? null : (
        <p>
          {words.fromOnly} <bdi>{sender}</bdi>. <a href={at('/messages', { show: kept(wish.show) })}>{words.fromAll}</a>
        </p>
      )}
      <ul className="inline">
        {SHOWN.map(show => (
          <li key={show}>
            <a href={at('/messages', { show: kept(show), from })} aria-current={show === wish.show ? 'true' : undefined}>
              {words.shown[show]}
            </a>
          </li>
        ))}
      </ul>
      <p>
        <a href="/messages/search">{words.search}</a>
      </p>
    </nav>
  )
}

const kept = (show: Wish['show']): string | null => (show === 'all' ? null : show)

export const examples: Examples = {
  all: <MailboxFilter wish={{ show: 'all', from: null, after: null }} sender={null} />,
  'from one sender': <MailboxFilter wish={{ show: 'files', from: 'msg_1', after: null }} sender="Dr. Cole" />,
}
