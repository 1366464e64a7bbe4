import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { form } from '../form.ts'
import { go, handled, pageAt } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { useRefusal } from '../refusal.ts'
import { Button } from '../ui/Button.tsx'
import { Choices } from '../ui/Choices.tsx'
import { Form } from '../ui/Form.tsx'
import { Page } from '../ui/Page.tsx'

export const handle = { title: (words: Catalogue) => words.notForMe.title }

export const loader = handled(({ context, params }: LoaderFunctionArgs) => {
  context.requireReader()
  return { message: pageAt('messages', 'messageId')(params) }
})

export const action = handled(async (args: ActionFunctionArgs) => {
  const reader = args.context.requireReader()
  const { knowsThem, mayContact } = await form(args, { knowsThem: 'line', mayContact: 'line' })
  const answers = { knowsThem: knowsThem === 'yes', mayContact: mayContact === 'yes' }
  await args.context.portal.notForMe(reader, args.params.messageId!, answers)
  return go('/messages', { done: 'hidden' })
})

export default function NotForMe() {
  const words = useWords().notForMe
  const { cancel } = useWords()
  const { message } = useLoaderData<typeof loader>()
  const answers = [
    { value: 'yes', label: words.yes },
    { value: 'no', label: words.no },
  ]
  return (
    <Page title={words.title} refusal={useRefusal()}>
      <p>{words.text}</p>
      <Form>
        <Choices name="knowsThem" legend={words.knows} pick="one" options={answers} />
        <Choices name="mayContact" legend={words.contact} pick="one" options={answers} />
        <Button>{words.go}</Button>
      </Form>
      <p>
        <a href={message}>{cancel}</a>
      </p>
    </Page>
  )
}
