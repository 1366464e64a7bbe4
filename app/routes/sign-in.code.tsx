import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { wanted } from '../destination.ts'
import { form } from '../form.ts'
import { go, handled, signedIn } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { useRefusal } from '../refusal.ts'
import { signInRequest } from '../sign-in-request.ts'
import { Button } from '../ui/Button.tsx'
import { CodeField } from '../ui/CodeField.tsx'
import { Form } from '../ui/Form.tsx'
import { Page } from '../ui/Page.tsx'
import { PostButton } from '../ui/PostButton.tsx'

export const handle = { title: (words: Catalogue) => words.code.title }

export const loader = handled(async ({ context, request }: LoaderFunctionArgs) => {
  const reference = await context.portal.mailboxCodeReference(signInRequest(context))
  if (reference === null) return go('/sign-in/ways', { to: wanted(request) })
  return { reference, sentAgain: new URL(request.url).searchParams.get('done') === 'sent-again' }
})

export const action = handled(async (args: ActionFunctionArgs) => {
  const { portal } = args.context
  const token = signInRequest(args.context)
  const { intent } = await form(args, { intent: 'line?' })
  if (intent.startsWith('send')) {
    await portal.sendMailboxCode(token)
    return go('/sign-in/code', { to: wanted(args.request), done: intent === 'send-again' ? 'sent-again' : null })
  }
  const { code } = await form(args, { code: 'code' })
  const proven = await portal.enterMailboxCode(token, code)
  return proven.next === 'which' ? go('/sign-in/which', { to: wanted(args.request) }) : signedIn(args, proven)
})

export default function MailboxCode() {
  const words = useWords().code
  const { goOn } = useWords()
  const { reference, sentAgain } = useLoaderData<typeof loader>() as { reference: string; sentAgain: boolean }
  return (
    <Page title={words.title} refusal={useRefusal()} mainField="code" done={sentAgain ? words.sentAgain : null}>
      <p>{words.sent}</p>
      <p>
        {words.reference}{' '}
        <strong className="reference whole">
          <bdi>{reference}</bdi>
        </strong>
      </p>
      <Form>
        <CodeField label={words.label} hint={words.hint} />
        <Button>{goOn}</Button>
      </Form>
      <PostButton look="other" values={{ intent: 'send-again' }}>
        {words.again}
      </PostButton>
      <p>
        <a href="/sign-in/help">{words.cannot}</a>
      </p>
    </Page>
  )
}
