import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { at, wanted } from '../destination.ts'
import { form } from '../form.ts'
import { go, handled } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useSurroundings, useWords } from '../language/words.ts'
import { useRefusal } from '../refusal.ts'
import { Button } from '../ui/Button.tsx'
import { Field } from '../ui/Field.tsx'
import { Form } from '../ui/Form.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Page } from '../ui/Page.tsx'
import { PasskeyButton } from '../ui/PasskeyButton.tsx'

export const handle = { title: (words: Catalogue) => words.signIn.title }

export const loader = handled(({ context, request }: LoaderFunctionArgs) => {
  const why = new URL(request.url).searchParams.get('why')
  const reasons = ['over', 'fresh', 'kept', 'kept-files', 'files', 'signed-out'] as const
  const isStillIn = why === 'fresh' && context.visitor?.level === 'full' && context.visitor.person.kind === 'recipient'
  return { to: wanted(request), why: reasons.find(reason => reason === why) ?? null, isStillIn }
})

export const action = handled(async (args: ActionFunctionArgs) => {
  const { address } = await form(args, { address: 'line' })
  const { requestToken } = await args.context.portal.beginSignIn({ address, earlier: args.context.signInRequest })
  args.context.startSignInRequest(requestToken)
  return go('/sign-in/ways', { to: wanted(args.request) })
})

export default function SignIn() {
  const words = useWords()
  const { to, why, isStillIn } = useLoaderData<typeof loader>()
  return (
    <Page
      title={words.signIn.title}
      refusal={useRefusal()}
      mainField="address"
      done={why === 'signed-out' ? words.signedOut : null}
    >
      {why !== null && why !== 'signed-out' ? (
        <Notice kind={why.endsWith('files') ? 'care' : 'calm'}>{words.signIn[why]}</Notice>
      ) : to ? (
        <p>{words.signIn.to}</p>
      ) : null}
      <PasskeyButton ceremony="use" to={at('/sign-in/passkey', { to })} />
      <h2>{words.signIn.withEmail}</h2>
      <Form>
        <Field
          name="address"
          type="email"
          inputMode="email"
          autoComplete="username webauthn"
          label={words.signIn.email}
          hint={words.signIn.emailHint}
        />
        <Button>{words.goOn}</Button>
      </Form>
      {isStillIn ? <StillIn /> : null}
      <p>
        <a href="/sign-in/help">{words.signIn.needHelp}</a>
      </p>
      <Demonstration />
    </Page>
  )
}

/** Whoever is asked to show once more who they are, and has lost what they would show it with, is not turned out. */
function StillIn() {
  const words = useWords()
  return (
    <>
      <p>
        <a href="/sign-in/lost">{words.signIn.cannot}</a>
      </p>
      <p>
        {words.signIn.stillIn} <a href="/messages">{words.nav.messages}</a>
      </p>
    </>
  )
}

function Demonstration() {
  const words = useWords().signIn
  const { development } = useSurroundings()
  return development ? (
    <p className="hint">
      {words.demo} <a href="/dev/mailbox">{words.demoMailbox}</a>
    </p>
  ) : null
}
