import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { form } from '../form.ts'
import { go, handled, pageAt } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { useRefusal } from '../refusal.ts'
import { Button } from '../ui/Button.tsx'
import { FileField } from '../ui/FileField.tsx'
import { Form } from '../ui/Form.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Page } from '../ui/Page.tsx'
import { TextArea } from '../ui/TextArea.tsx'

export const handle = { title: (words: Catalogue) => words.reply.title }

export const loader = handled(async ({ context, params }: LoaderFunctionArgs) => {
  const { frame } = await context.portal.viewMessage(context.requireReader(), params.messageId!)
  return { to: frame.from, message: pageAt('messages', 'messageId')(params), formId: context.newFormId() }
})

export const action = handled(async (args: ActionFunctionArgs) => {
  const reader = args.context.requireReader()
  const { form_id: formId, ...answer } = await form(args, { text: 'text', files: 'files', form_id: 'line?' })
  await args.context.portal.reply(reader, args.params.messageId!, answer, { formId })
  return go(pageAt('messages', 'messageId')(args.params), { done: 'replied' })
})

export default function Reply() {
  const words = useWords().reply
  const { cancel } = useWords()
  const { to, message, formId } = useLoaderData<typeof loader>()
  return (
    <Page title={words.title} refusal={useRefusal()} mainField="text">
      <p dir="auto">{words.to(to)}</p>
      <Notice kind="care" title={words.emergency}>
        {words.emergencyText}
      </Notice>
      <Form files once={formId}>
        <TextArea name="text" label={words.label} />
        <FileField label={words.files} hint={words.filesHint} />
        <p>{words.check}</p>
        <Button>{words.send}</Button>
      </Form>
      <p>
        <a href={message}>{cancel}</a>
      </p>
    </Page>
  )
}
