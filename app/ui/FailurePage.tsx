import type { Catalogue } from '../language/en.ts'
import { tellWait } from '../language/wait.ts'
import { useSurroundings, useWords } from '../language/words.ts'
import type { Failure } from '../refusal.ts'
import { Button, ButtonLink } from './Button.tsx'
import type { Examples } from './example.ts'
import { Form } from './Form.tsx'
import { Page } from './Page.tsx'

/** What happened, what to do, and what was typed, so that it can be kept. */
export function FailurePage({ failure }: { failure: Failure }) {
  const words = useWords()
  const kind = kindOf(failure.code)
  const { title, text } = words.failure[kind]
  const surroundings = useSurroundings()
  const resend = surroundings.formBack?.resend ?? failure.resend
  const incident = failure.incident ?? surroundings.incident
  return (
    <Page title={title}>
      <p>{text}</p>
      {failure.retryAfterSeconds === undefined ? null : <p>{words.failure.when(tellWait(failure.retryAfterSeconds, words))}</p>}
      {incident ? (
        <p>
          {words.failure.reference}{' '}
          <strong className="reference whole">
            <bdi>{incident}</bdi>
          </strong>
        </p>
      ) : null}
      <Kept values={surroundings.formBack?.values ?? failure.values} />
      {kind === 'signIn' ? (
        <ButtonLink to="/sign-in">{words.failure.signInGo}</ButtonLink>
      ) : resend ? (
        <SendAgain fields={resend} />
      ) : failure.again ? (
        <ButtonLink to={failure.again}>{words.failure.again}</ButtonLink>
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

/** The form that was sent, whole, behind one button: nobody has to find their way back and type it once more. */
function SendAgain({ fields }: { fields: Record<string, string[]> }) {
  const words = useWords()
  const texts = Object.entries(fields).flatMap(([name, values]) => values.map((text, i) => ({ name, text, key: `${name} ${i}` })))
  return (
    <Form>
      {texts.map(({ name, text, key }) => (
        <input key={key} type="hidden" name={name} value={text} />
      ))}
      <Button>{words.failure.again}</Button>
    </Form>
  )
}

// Characters; shorter ones are choices and ids.
const WORTH_SHOWING = 30

function kindOf(
  code: Failure['code'],
): Exclude<keyof Catalogue['failure'], 'kept' | 'reference' | 'start' | 'signInGo' | 'when' | 'again'> {
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
  busy: <FailurePage failure={{ code: 'busy', incident: '4T7K-92QM', values: {}, retryAfterSeconds: 5, again: '/messages' }} />,
  'not found': <FailurePage failure={{ code: 'not_found', incident: null, values: {} }} />,
  unexpected: <FailurePage failure={{ code: 'unknown', incident: '4T7K-92QM', values: {} }} />,
  'open for too long': (
    <FailurePage failure={{ code: 'wrong_origin', incident: '4T7K-92QM', values: {}, back: '/messages/msg_1' }} />
  ),
  'busy while a form was sent': (
    <FailurePage
      failure={{
        code: 'busy',
        incident: '4T7K-92QM',
        values: { text: ['Thank you for the letter. I would like to ask one thing.'] },
        resend: { text: ['Thank you for the letter. I would like to ask one thing.'], step: ['check'] },
        retryAfterSeconds: 5,
      }}
    />
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
