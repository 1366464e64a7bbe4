import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
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

export const handle = { title: (words: Catalogue) => words.enrolPassphrase.title }

export const loader = handled(({ context }: LoaderFunctionArgs) => ({ level: context.requireVisitor().level }))

export const action = handled(async (args: ActionFunctionArgs) => {
  const visitor = args.context.requireVisitor()
  const { passphrase } = await form(args, { passphrase: 'secret' })
  await args.context.portal.choosePassphrase(visitor, passphrase)
  return go(withPaper(args.request) ? '/enrol/printed-codes' : '/enrol/app', { to: wanted(args.request) })
})

/** The second half that goes with it, chosen on the page before. */
const withPaper = (request: Request): boolean => new URL(request.url).searchParams.get('with') === 'paper'

export default function EnrolPassphrase() {
  const words = useWords()
  return (
    <Page title={words.enrolPassphrase.title} refusal={useRefusal()} mainField="passphrase">
      <Form>
        <PassphraseField fresh />
        <p>{words.enrolPassphrase.tip}</p>
        <Button>{words.goOn}</Button>
      </Form>
      <p>
        <a href="/enrol">{words.cancel}</a>
      </p>
    </Page>
  )
}
