import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { form } from '../form.ts'
import { go, handled } from '../http.ts'
import { replyPage } from '../keep-typed.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { useRefusal } from '../refusal.ts'
import { Button } from '../ui/Button.tsx'
import { Form } from '../ui/Form.tsx'
import { Page } from '../ui/Page.tsx'

export const handle = { title: (words: Catalogue) => words.deleting.title }

export const loader = handled(async ({ context, params }: LoaderFunctionArgs) => {
  await context.portal.viewAnswer(context.requireReader(), params.messageId!)
  return { at: replyPage(params) }
})

export const action = handled(async (args: ActionFunctionArgs) => {
  const reader = args.context.requireReader()
  await form(args, {})
  await args.context.portal.forgetDraft(reader, args.params.messageId!)
  return go('/messages', { done: 'deleted' })
})

export default function Delete() {
  const words = useWords().deleting
  const { cancel } = useWords()
  const { at } = useLoaderData<typeof loader>()
  return (
    <Page title={words.title} refusal={useRefusal()}>
      <p>{words.text}</p>
      <Form>
        <Button look="danger">{words.go}</Button>
      </Form>
      <p>
        <a href={at}>{cancel}</a>
      </p>
    </Page>
  )
}
