import type { FactorLine } from '../../server/portal.ts'
import { useTell } from '../language/moment.ts'
import { useSurroundings, useWords } from '../language/words.ts'
import { ButtonLink } from './Button.tsx'
import type { Examples } from './example.ts'
import { PostButton } from './PostButton.tsx'

/** The ways somebody can sign in, each with a button to remove it. */
export function Factors({ factors }: { factors: FactorLine[] }) {
  const words = useWords().account
  const tell = useTell()
  return (
    <ul className="files">
      {factors.map(({ id, kind, label, createdAt, lastUsedAt }) => (
        <li key={id}>
          <span>
            <strong>{words.kinds[kind]}</strong> {label ? <bdi>{label}</bdi> : null}
            <br />
            <span className="hint">
              {words.added(tell(createdAt, 'day'))} · {lastUsedAt ? words.used(tell(lastUsedAt, 'day')) : words.neverUsed}
            </span>
          </span>
          <PostButton to={`/account/factors/${id}/remove`} look="other">
            {words.remove}{' '}
            <span className="unseen">
              {words.kinds[kind]} {label ? <bdi>{label}</bdi> : null}
            </span>
          </PostButton>
        </li>
      ))}
    </ul>
  )
}

/** What can be added or changed, given what there is. Staff have no printed codes. */
export function FactorLinks({ factors }: { factors: FactorLine[] }) {
  const words = useWords().account
  const { standing } = useSurroundings()
  const hasPassphrase = factors.some(({ kind }) => kind === 'passphrase')
  const isPaperOnly = hasPassphrase && !factors.some(({ kind }) => kind === 'passkey' || kind === 'totp')
  return (
    <>
      {isPaperOnly ? <p>{words.paperOnly}</p> : null}
      <ButtonLink to="/enrol/passkey" look="other">
        {words.addPasskey}
      </ButtonLink>
      {hasPassphrase ? (
        <p>
          <a href="/enrol/passphrase?with=account">{words.newPassphrase}</a>
        </p>
      ) : null}
      {standing === 'reader' ? (
        <p>
          <a href="/enrol/printed-codes">{words.newCodes}</a>
        </p>
      ) : null}
    </>
  )
}

const paper = { id: 'fac_3', kind: 'printed_code' as const, label: '', createdAt: Date.UTC(2026, 0, 5), lastUsedAt: null }
export const examples: Examples = {
  'paper alone': <FactorLinks factors={[{ ...paper, kind: 'passphrase' }, paper]} />,
  two: (
    <Factors
      factors={[
        { id: 'fac_1', kind: 'passkey', label: 'My phone', createdAt: Date.UTC(2026, 0, 5), lastUsedAt: Date.UTC(2026, 0, 6) },
        { id: 'fac_2', kind: 'printed_code', label: '', createdAt: Date.UTC(2026, 0, 5), lastUsedAt: null },
      ]}
    />
  ),
}
