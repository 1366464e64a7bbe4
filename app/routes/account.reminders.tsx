import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { form } from '../form.ts'
import { go, handled } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { useRefusal } from '../refusal.ts'
import { Button } from '../ui/Button.tsx'
import { Choices } from '../ui/Choices.tsx'
import { Form } from '../ui/Form.tsx'
import { Page } from '../ui/Page.tsx'

export const handle = { title: (words: Catalogue) => words.reminders.title }

export const loader = handled(async ({ context }: LoaderFunctionArgs) => {
  const { wantsReminders } = await context.portal.preferences(context.requireReader())
  return { wantsReminders }
})

export const action = handled(async (args: ActionFunctionArgs) => {
  const reader = args.context.requireReader()
  const { reminders } = await form(args, { reminders: 'line' })
  await args.context.portal.prefer(reader, { wantsReminders: reminders !== 'no' })
  return go('/account/preferences', { done: 'reminders' })
})

export default function RemindersPage() {
  const words = useWords()
  const { title, text, what, cases, legend, yes, no } = words.reminders
  const { wantsReminders } = useLoaderData<typeof loader>()
  const options = [
    { value: 'yes', label: yes },
    { value: 'no', label: no },
  ]
  return (
    <Page title={title} refusal={useRefusal()} mainField="reminders">
      <p>{text}</p>
      <p>{what}</p>
      <ul>
        {cases.map(each => (
          <li key={each}>{each}</li>
        ))}
      </ul>
      <Form>
        <Choices name="reminders" legend={legend} pick="one" options={options} chosen={[wantsReminders ? 'yes' : 'no']} />
        <Button>{words.preferences.save}</Button>
      </Form>
      <p>
        <a href="/account/preferences">{words.back}</a>
      </p>
    </Page>
  )
}
