import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { at, wanted } from '../destination.ts'
import { form } from '../form.ts'
import { go, handled } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { useRefusal } from '../refusal.ts'
import { signInRequest } from '../sign-in-request.ts'
import { Button } from '../ui/Button.tsx'
import { Form } from '../ui/Form.tsx'
import { Page } from '../ui/Page.tsx'
import { PassphraseField } from '../ui/PassphraseField.tsx'

export const handle = { title: (words: Catalogue) => words.passphrase.title }

export const loader = handled(({ context, request }: LoaderFunctionArgs) => {
  signInRequest(context)
  return { to: wanted(request) }
})

export const action = handled(async (args: ActionFunctionArgs) => {
  const token = signInRequest(args.context)
  const { passphrase } = await form(args, { passphrase: 'secret' })
  const next = await args.context.portal.enterPassphrase(token, passphrase)
  return go(next === 'printed_code' ? '/sign-in/printed-code' : '/sign-in/app-code', { to: wanted(args.request) })
})

export default function Passphrase() {
  const words = useWords()
  const { to } = useLoaderData<typeof loader>()
  return (
    <Page title={words.passphrase.title} refusal={useRefusal()} mainField="passphrase">
      <Form>
        <PassphraseField />
        <Button>{words.goOn}</Button>
      </Form>
      <p>
        <a href={at('/sign-in/ways', { to })}>{words.passphrase.otherWay}</a>
      </p>
      <p>
        <a href="/sign-in/help">{words.ways.help}</a>
      </p>
    </Page>
  )
}
