import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { form } from '../form.ts'
import { go, handled } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { useRefusal } from '../refusal.ts'
import { ButtonLink } from '../ui/Button.tsx'
import { Page } from '../ui/Page.tsx'
import { PostButton } from '../ui/PostButton.tsx'

export const handle = { title: (words: Catalogue) => words.stopRecovery.title }

/** Nothing is asked of the portal here: whoever scans e-mails opens this link, too. */
export const loader = handled(({ request }: LoaderFunctionArgs) => ({ done: new URL(request.url).searchParams.get('done') }))

export const action = handled(async (args: ActionFunctionArgs) => {
  const token = args.params.token!
  await form(args, {})
  const done = await args.context.portal.cancelRecoveryByLink(token)
  return go(`/recovery/${encodeURIComponent(token)}`, { done })
})

export default function StopRecovery() {
  const words = useWords().stopRecovery
  const { done } = useLoaderData<typeof loader>()
  const refusal = useRefusal()
  if (done === 'cancelled') return <Done title={words.stoppedTitle} texts={[words.stopped, words.stoppedNext]} />
  if (done === 'completed') return <Done title={words.lateTitle} texts={[words.late, words.lateNext]} />
  return (
    <Page title={words.title} refusal={refusal}>
      <p>{words.text}</p>
      <p>{words.me}</p>
      <p>{words.notMe}</p>
      <PostButton>{words.stop}</PostButton>
    </Page>
  )
}

function Done({ title, texts }: { title: string; texts: string[] }) {
  const words = useWords().stopRecovery
  return (
    <Page title={title}>
      {texts.map(text => (
        <p key={text}>{text}</p>
      ))}
      <ButtonLink to="/sign-in">{words.signIn}</ButtonLink>
    </Page>
  )
}
