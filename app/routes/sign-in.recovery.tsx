import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import type { Enrolment, RecoveryLine } from '../../server/portal.ts'
import { useLoaderData } from '../answered.ts'
import { at } from '../destination.ts'
import { form } from '../form.ts'
import { go, handled, signedIn } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useTell } from '../language/moment.ts'
import { useWords } from '../language/words.ts'
import { useRefusal } from '../refusal.ts'
import { Button, ButtonLink } from '../ui/Button.tsx'
import { CallUs } from '../ui/CallUs.tsx'
import { CodeField } from '../ui/CodeField.tsx'
import { Form } from '../ui/Form.tsx'
import { Page } from '../ui/Page.tsx'

export const handle = { title: (words: Catalogue) => words.recovery.title }

const HERE = '/sign-in/recovery'

export const loader = handled(async ({ context }: LoaderFunctionArgs) => {
  const { portal, visitor } = context
  // The mailbox comes first, then the code.
  if (visitor === null) return go(at('/sign-in', { to: HERE }))
  return { enrolment: await portal.enrolment(visitor), isIn: visitor.level === 'full' }
})

export const action = handled(async (args: ActionFunctionArgs) => {
  const { portal } = args.context
  const visitor = args.context.requireVisitor()
  const { step, code } = await form(args, { step: 'line', code: 'code' })
  if (step === 'resume') return signedIn(args, await portal.resumeRecovery(visitor, code))
  await portal.startRecovery(visitor, code)
  return go(HERE)
})

export default function Recovery() {
  const { enrolment, isIn } = useLoaderData<typeof loader>() as { enrolment: Enrolment; isIn: boolean }
  if (isIn) return <In />
  if (enrolment.kind === 'staff') return <ForPatients enrolment={enrolment} />
  if (enrolment.recovery === null) return <Start enrolment={enrolment} />
  return enrolment.recovery.isOpen ? <Resume enrolment={enrolment} /> : <Wait recovery={enrolment.recovery} />
}

function In() {
  const words = useWords()
  return (
    <Page title={words.recovery.title} refusal={useRefusal()}>
      <p>{words.recovery.isIn}</p>
      <ButtonLink to="/account">{words.account.title}</ButtonLink>
    </Page>
  )
}

function Start({ enrolment }: { enrolment: Enrolment }) {
  const words = useWords().recovery
  return (
    <Page title={words.title} refusal={useRefusal()} mainField="code">
      <p>{words.text}</p>
      <p>{words.wait}</p>
      <p>{words.clinics}</p>
      <CodeForm step="start" label={words.label} go={words.go} />
      <Otherwise enrolment={enrolment} />
    </Page>
  )
}

// A refusal has nothing to say here: a code that came a second time changes nothing about the wait.
function Wait({ recovery: { opensAt, closesAt, ...recovery } }: { recovery: RecoveryLine }) {
  const words = useWords().recovery
  const tell = useTell()
  return (
    <Page title={words.waitTitle}>
      <p>
        <strong>{words.when(tell(opensAt), tell(closesAt))}</strong>
      </p>
      <p>{recovery.with === 'claim_code' ? words.keepClinics : words.keep}</p>
      <p>{words.how}</p>
      <h2>{words.stopTitle}</h2>
      <p>{words.stop}</p>
      <p>
        <a href="/sign-in/lost">{words.other}</a>
      </p>
    </Page>
  )
}

function Resume({ enrolment }: { enrolment: Enrolment }) {
  const words = useWords().recovery
  const { goOn } = useWords()
  const isClinics = enrolment.recovery?.with === 'claim_code'
  return (
    <Page title={words.openTitle} refusal={useRefusal()} mainField="code">
      <p>{isClinics ? words.openClinics : words.open}</p>
      <CodeForm step="resume" label={isClinics ? words.clinicsLabel : words.label} go={goOn} />
      <Otherwise enrolment={enrolment} />
    </Page>
  )
}

function CodeForm({ step, label, go }: { step: 'start' | 'resume'; label: string; go: string }) {
  const words = useWords().recovery
  return (
    <Form>
      <input type="hidden" name="step" value={step} />
      <CodeField label={label} hint={words.hint} letters />
      <Button>{go}</Button>
    </Form>
  )
}

function ForPatients({ enrolment }: { enrolment: Enrolment }) {
  const words = useWords()
  return (
    <Page title={words.lost.staffTitle}>
      <p>{words.lost.staff}</p>
      {enrolment.phone === '' ? null : <CallUs organization={enrolment.organization} phone={enrolment.phone} />}
    </Page>
  )
}

function Otherwise({ enrolment }: { enrolment: Enrolment }) {
  const words = useWords().recovery
  return (
    <>
      <p>
        <a href="/sign-in/lost">{words.other}</a>
      </p>
      <CallUs organization={enrolment.organization} phone={enrolment.phone} />
    </>
  )
}
