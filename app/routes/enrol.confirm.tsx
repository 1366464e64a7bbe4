import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { wanted } from '../destination.ts'
import { form } from '../form.ts'
import { go, handled } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { useRefusal } from '../refusal.ts'
import { BirthDateField, birthDate } from '../ui/BirthDateField.tsx'
import { Button, ButtonLink } from '../ui/Button.tsx'
import { CallUs } from '../ui/CallUs.tsx'
import { Field } from '../ui/Field.tsx'
import { Form } from '../ui/Form.tsx'
import { Page } from '../ui/Page.tsx'

export const handle = { title: (words: Catalogue) => words.confirm.title }

export const loader = handled(async ({ context, request }: LoaderFunctionArgs) => {
  const { needsConfirmation, organization, phone } = await context.portal.enrolment(context.requireVisitor())
  return { asks: needsConfirmation, organization, phone, next: wanted(request) ?? '/' }
})

export const action = handled(async (args: ActionFunctionArgs) => {
  const visitor = args.context.requireVisitor()
  const { asks } = await form(args, { asks: 'line' })
  const answer = asks === 'birth_date' ? birthDate(await form(args, DATE)) : (await form(args, { answer: 'line' })).answer
  await args.context.portal.confirmPerson(visitor, answer)
  const to = wanted(args.request)
  return visitor.level === 'full' ? go(to ?? '/') : go('/enrol', { to })
})

const DATE = { year: 'line', month: 'line', day: 'line' } as const

export default function Confirm() {
  const words = useWords()
  const { asks, organization, phone, next } = useLoaderData<typeof loader>()
  const refusal = useRefusal()
  const isDate = asks === 'birth_date'
  if (!asks) return <Nothing next={next} />
  return (
    <Page title={words.confirm.title} refusal={refusal} mainField={isDate ? 'year' : 'answer'}>
      <p>{isDate ? words.confirm.birthText : words.confirm.codeText}</p>
      <Form>
        <input type="hidden" name="asks" value={asks} />
        {isDate ? <BirthDateField /> : <Field name="answer" label={words.confirm.codeLabel} size="code" autoComplete="off" />}
        <Button>{words.goOn}</Button>
      </Form>
      <h2>{words.confirm.noCode}</h2>
      <p>{words.confirm.noCodeText}</p>
      <CallUs organization={organization} phone={phone} />
    </Page>
  )
}

function Nothing({ next }: { next: string }) {
  const words = useWords()
  return (
    <Page title={words.confirm.title}>
      <p>{words.confirm.nothing}</p>
      <ButtonLink to={next}>{words.goOn}</ButtonLink>
    </Page>
  )
}
