import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { form } from '../form.ts'
import { enrolled, handled, isEnrolled } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { useRefusal, useShownOnce } from '../refusal.ts'
import { Button } from '../ui/Button.tsx'
import { CodeField } from '../ui/CodeField.tsx'
import { Codes } from '../ui/Codes.tsx'
import { Form } from '../ui/Form.tsx'
import { Page } from '../ui/Page.tsx'
import { Secret } from '../ui/Secret.tsx'

export const handle = { title: (words: Catalogue) => words.enrolApp.title }

export const loader = handled(async ({ context }: LoaderFunctionArgs) => {
  const visitor = context.requireVisitor()
  return { app: isEnrolled(context) ? null : await context.portal.totpEnrolment(visitor) }
})

export const action = handled(async (args: ActionFunctionArgs) => {
  const visitor = args.context.requireVisitor()
  const { code } = await form(args, { code: 'code' })
  return enrolled(args, await args.context.portal.confirmTotp(visitor, code))
})

export default function EnrolApp() {
  const words = useWords()
  const { app } = useLoaderData<typeof loader>()
  const shownOnce = useShownOnce()
  const refusal = useRefusal()
  if (shownOnce) return <Codes {...shownOnce} spare />
  return (
    <Page title={words.enrolApp.title} refusal={refusal} mainField="code">
      <p>{words.enrolApp.text}</p>
      {app ? <Secret {...app} /> : null}
      <Form>
        <CodeField label={words.enrolApp.label} hint={words.enrolApp.hint} />
        <Button>{words.goOn}</Button>
      </Form>
      <p>
        <a href="/enrol">{words.cancel}</a>
      </p>
    </Page>
  )
}
