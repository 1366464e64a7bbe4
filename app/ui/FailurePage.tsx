import type { Catalogue } from '../language/en.ts'
import { useSurroundings, useWords } from '../language/words.ts'
import type { Failure } from '../refusal.ts'
import { ButtonLink } from './Button.tsx'
import type { Examples } from './example.ts'
import { Page } from './Page.tsx'

/** What happened, what to do, and what was typed, so that it can be kept. */
export function FailurePage({ failure }: { failure: Failure }) {
  const words = useWords()
  const kind = kindOf(failure.code)
  const { title, text } = words.failure[kind]
  const surroundings = useSurroundings()
  const incident = failure.incident ?? surroundings.incident
  return (
    <Page title={title}>
      <p>{text}</p>
      {incident ? (
        <p>
          {words.failure.reference}{' '}
          <strong className="reference whole">
            <bdi>{incident}</bdi>
          </strong>
        </p>
      ) : null}
      <Kept values={failure.values} />
      {kind === 'signIn' ? (
        <ButtonLink to="/sign-in">{words.failure.signInGo}</ButtonLink>
      ) : (
        <ButtonLink to={failure.back ?? '/'}>{failure.back ? words.cancel : words.failure.start}</ButtonLink>
      )}
    </Page>
  )
}

/** Also what the browser's tab says: whoever has many of them open finds the page that needs them. */
export const failureTitle = (failure: Failure, words: Catalogue): string => words.failure[kindOf(failure.code)].title

function Kept({ values }: { values: Failure['values'] }) {
  const words = useWords()
  const typed = Object.values(values)
    .flat()
    .filter(text => text.length > WORTH_SHOWING)
  if (typed.length === 0) return null
  return (
    <div className="field">
      <label htmlFor="kept">{words.failure.kept}</label>
      <textarea id="kept" rows={8} readOnly dir="auto" defaultValue={typed.join('\n\n')} />
    </div>
  )
}

// Characters; shorter ones are choices and ids.
const WORTH_SHOWING = 30

function kindOf(code: Failure['code']): Exclude<keyof Catalogue['failure'], 'kept' | 'reference' | 'start' | 'signInGo'> {
  switch (code) {
    case 'not_found':
      return 'notFound'
    case 'wrong_origin':
      return 'stale'
    case 'forbidden':
    case 'unauthorized':
      return 'forbidden'
    case 'sign_in_required':
    case 'fresh_sign_in_required':
      return 'signIn'
    case 'busy':
    case 'unavailable':
    case 'no_space':
      return 'busy'
    case 'too_many_requests':
    case 'too_many_attempts':
      return 'tooFast'
    case 'unknown':
    case 'tampered':
    case 'misconfigured':
      return 'unknown'
    default:
      return 'other'
  }
}

export const examples: Examples = {
  'not found': <FailurePage failure={{ code: 'not_found', incident: null, values: {} }} />,
  unexpected: <FailurePage failure={{ code: 'unknown', incident: '4T7K-92QM', values: {} }} />,
  'open for too long': (
    <FailurePage failure={{ code: 'wrong_origin', incident: '4T7K-92QM', values: {}, back: '/messages/msg_1' }} />
  ),
  'signed out while writing': (
    <FailurePage
      failure={{
        code: 'sign_in_required',
        incident: null,
        values: { text: ['Thank you for the letter. I would like to ask one thing.'] },
      }}
    />
  ),
}
