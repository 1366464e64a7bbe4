import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { form } from '../form.ts'
import { go, handled } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { useRefusal } from '../refusal.ts'
import { Page } from '../ui/Page.tsx'
import { PostButton } from '../ui/PostButton.tsx'

export const handle = { title: (words: Catalogue) => words.landing.title }

// The address of this page is never written into it: it has the same bytes for every locator, right or wrong.
export const loader = handled(({ request }: LoaderFunctionArgs) => {
  const step = new URL(request.url).searchParams.get('step')
  return { step: step === 'not-for-me' || step === 'done' ? step : 'landing' }
})

export const action = handled(async (args: ActionFunctionArgs) => {
  const { context, params, request } = args
  const locator = params.locator!
  const { intent } = await form(args, { intent: 'line' })
  if (intent === 'not-for-me') {
    await context.portal.notForMeByLocator(locator)
    return go(new URL(request.url).pathname, { step: 'done' })
  }
  const { requestToken } = await context.portal.beginSignIn({ locator })
  context.startSignInRequest(requestToken)
  return go('/sign-in/ways')
})

export default function Landing() {
  const { step } = useLoaderData<typeof loader>()
  return step === 'not-for-me' ? <NotForMe /> : step === 'done' ? <Done /> : <Waiting />
}

function Waiting() {
  const words = useWords().landing
  return (
    <Page title={words.title} refusal={useRefusal()}>
      <p>{words.text}</p>
      <PostButton values={{ intent: 'continue' }}>{words.go}</PostButton>
      <h2>{words.isItReal}</h2>
      <p>{words.real}</p>
      <p>
        <a href="?step=not-for-me">{words.notMe}</a>
      </p>
    </Page>
  )
}

function NotForMe() {
  const words = useWords().landing
  return (
    <Page title={words.notMeTitle} refusal={useRefusal()}>
      <p>{words.notMeText}</p>
      <PostButton values={{ intent: 'not-for-me' }}>{words.notMeYes}</PostButton>
      <p>
        <a href="?">{words.notMeNo}</a>
      </p>
    </Page>
  )
}

function Done() {
  const words = useWords().landing
  return (
    <Page title={words.doneTitle}>
      <p>{words.done}</p>
    </Page>
  )
}
