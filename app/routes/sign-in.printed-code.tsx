import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { at, wanted } from '../destination.ts'
import { form } from '../form.ts'
import { handled, signedIn } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { useRefusal } from '../refusal.ts'
import { signInRequest } from '../sign-in-request.ts'
import { Button } from '../ui/Button.tsx'
import { CodeField } from '../ui/CodeField.tsx'
import { Form } from '../ui/Form.tsx'
import { Page } from '../ui/Page.tsx'

export const handle = { title: (words: Catalogue) => words.printedCode.title }

export const loader = handled(({ context, request }: LoaderFunctionArgs) => {
  signInRequest(context)
  return { to: wanted(request) }
})

export const action = handled(async (args: ActionFunctionArgs) => {
  const token = signInRequest(args.context)
  const { code } = await form(args, { code: 'code' })
  return signedIn(args, await args.context.portal.enterPrintedCode(token, code))
})

export default function PrintedCode() {
  const words = useWords()
  const { to } = useLoaderData<typeof loader>()
  return (
    <Page title={words.printedCode.title} refusal={useRefusal()} mainField="code">
      <Form>
        <CodeField label={words.printedCode.label} hint={words.printedCode.hint} letters />
        <Button>{words.goOn}</Button>
      </Form>
      <p>
        <a href={at('/sign-in/app-code', { to })}>{words.printedCode.app}</a>
      </p>
      <p>
        <a href="/sign-in/help">{words.ways.help}</a>
      </p>
    </Page>
  )
}
