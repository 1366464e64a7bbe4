import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { wanted } from '../destination.ts'
import { form } from '../form.ts'
import { go, handled } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { useRefusal } from '../refusal.ts'
import { Button } from '../ui/Button.tsx'
import { Form } from '../ui/Form.tsx'
import { Page } from '../ui/Page.tsx'
import { PassphraseField } from '../ui/PassphraseField.tsx'
import { waysPage } from '../visitor.ts'

export const handle = { title: (words: Catalogue) => words.enrolPassphrase.title }

export const loader = handled(({ context }: LoaderFunctionArgs) => ({ elsewhere: waysPage(context.requireVisitor()) }))

export const action = handled(async (args: ActionFunctionArgs) => {
  const visitor = args.context.requireVisitor()
  const { passphrase } = await form(args, { passphrase: 'secret' })
  await args.context.portal.choosePassphrase(visitor, passphrase)
  return goOnWith(new URL(args.request.url).searchParams.get('with'), wanted(args.request))
})

/** The second half that goes with it; somebody who has one already has only changed the first. */
function goOnWith(half: string | null, to: string | null): Response {
  if (half === 'account') return go('/account', { done: 'changed' })
  return go(half === 'paper' ? '/enrol/printed-codes' : '/enrol/app', { to })
}

export default function EnrolPassphrase() {
  const words = useWords()
  const { elsewhere } = useLoaderData<typeof loader>()
  return (
    <Page title={words.enrolPassphrase.title} refusal={useRefusal()} mainField="passphrase">
      <Form>
        <PassphraseField fresh />
        <p>{words.enrolPassphrase.tip}</p>
        <Button>{words.goOn}</Button>
      </Form>
      <p>
        <a href={elsewhere}>{words.cancel}</a>
      </p>
    </Page>
  )
}
