import type { SessionLine } from '../../server/portal.ts'
import { useTell } from '../language/moment.ts'
import { useWords } from '../language/words.ts'
import type { Examples } from './example.ts'
import { PostButton } from './PostButton.tsx'

/** Where somebody is signed in; the others can be signed out from here. */
export function Sessions({ sessions }: { sessions: SessionLine[] }) {
  const words = useWords().account
  const tell = useTell()
  return (
    <ul className="files">
      {sessions.map(({ handle, createdAt, lastSeenAt, isThisOne }) => (
        <li key={handle}>
          <span>
            <strong>{isThisOne ? words.thisOne : words.other}</strong>
            <br />
            <span className="hint">
              {words.since(tell(createdAt))}
              <br />
              {words.seen(tell(lastSeenAt))}
            </span>
          </span>
          {isThisOne ? null : (
            <PostButton to={`/account/sessions/${handle}/end`} look="other">
              {words.end}
            </PostButton>
          )}
        </li>
      ))}
    </ul>
  )
}

export const examples: Examples = {
  two: (
    <Sessions
      sessions={[
        { handle: 'ses_1', createdAt: Date.UTC(2026, 0, 5, 9), lastSeenAt: Date.UTC(2026, 0, 5, 9, 5), isThisOne: true },
        { handle: 'ses_2', createdAt: Date.UTC(2026, 0, 4, 9), lastSeenAt: Date.UTC(2026, 0, 4, 9, 5), isThisOne: false },
      ]}
    />
  ),
}
