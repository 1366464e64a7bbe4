import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { at } from '../destination.ts'
import { form } from '../form.ts'
import { go, handled } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { useRefusal } from '../refusal.ts'
import { Page } from '../ui/Page.tsx'
import { PostButton } from '../ui/PostButton.tsx'

export const handle = { title: (words: Catalogue) => words.landing.title }

// The address of this page is never written into it: it has the same bytes for every locator, right or wrong.
export const loader = handled(({ context, request }: LoaderFunctionArgs) => {
  const step = new URL(request.url).searchParams.get('step')
  return { step: step === 'not-for-me' || step === 'done' ? step : 'landing', language: context.languageHint }
})

export const action = handled(async (args: ActionFunctionArgs) => {
  const { context, params, request } = args
  const locator = params.locator!
  const { intent } = await form(args, { intent: 'line' })
  // Looking acts on nothing, not even on the language: pressing takes it along.
  context.takeLanguageHint()
  if (intent === 'not-for-me') {
    await context.portal.notForMeByLocator(locator)
    return go(new URL(request.url).pathname, { step: 'done', language: context.languageHint })
  }
  const { requestToken } = await context.portal.beginSignIn({ locator })
  context.startSignInRequest(requestToken)
  return go('/sign-in/ways')
})

export default function Landing() {
  const { step } = useLoaderData<typeof loader>()
  return step === 'not-for-me' ? <NotForMe /> : step === 'done' ? <Done /> : <Waiting />
}

/** Another step of this page, in the language it is shown in. */
function useStep(): (step: string | null) => string {
  const { language } = useLoaderData<typeof loader>()
  return step => at('', { step, language }) || '?'
}

function Waiting() {
  const step = useStep()
  const words = useWords().landing
  return (
    <Page title={words.title} refusal={useRefusal()}>
      <p>{words.text}</p>
      <PostButton values={{ intent: 'continue' }}>{words.go}</PostButton>
      <h2>{words.isItReal}</h2>
      <p>{words.real}</p>
      <p>
        <a href={step('not-for-me')}>{words.notMe}</a>
      </p>
    </Page>
  )
}

function NotForMe() {
  const step = useStep()
  const words = useWords().landing
  return (
    <Page title={words.notMeTitle} refusal={useRefusal()}>
      <p>{words.notMeText}</p>
      <PostButton values={{ intent: 'not-for-me' }}>{words.notMeYes}</PostButton>
      <p>
        <a href={step(null)}>{words.notMeNo}</a>
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
