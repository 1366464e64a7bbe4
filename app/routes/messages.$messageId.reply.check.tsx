import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import type { AnswerView } from '../../server/views.ts'
import { useLoaderData } from '../answered.ts'
import { form } from '../form.ts'
import { go, handled } from '../http.ts'
import { replyPage } from '../keep-typed.ts'
import type { Catalogue } from '../language/en.ts'
import { useRefusal } from '../refusal.ts'
import { CheckAnswer } from '../ui/CheckAnswer.tsx'

export const handle = { title: (words: Catalogue) => words.check.title }

const FIELDS = { version: 'line?', file: 'choices', remove: 'line?', form_id: 'line?' } as const

/** What cannot be sent as it is, is put right where it was written. */
export const loader = handled(
  async ({ context, params }: LoaderFunctionArgs) => {
    const reader = context.requireReader()
    await context.portal.checkDraft(reader, params.messageId!)
    const view = await context.portal.viewAnswer(reader, params.messageId!)
    return { view, at: replyPage(params), writer: reader.name, formId: context.newFormId() }
  },
  { otherwise: replyPage },
)

export const action = handled(
  async (args: ActionFunctionArgs) => {
    const reader = args.context.requireReader()
    const { portal } = args.context
    const message = args.params.messageId!
    const { version, file: files, remove, form_id: formId } = await form(args, FIELDS)
    if (remove !== '') {
      await portal.saveDraft(reader, message, { version: null, files: [], removed: [remove] })
      return go(`${replyPage(args.params)}/check`)
    }
    await portal.sendDraft(reader, message, { version, files }, { formId })
    return go(`${replyPage(args.params)}/sent`)
  },
  { over: replyPage },
)

export default function Check() {
  const { at, writer, formId, ...loaded } = useLoaderData<typeof loader>()
  const view: AnswerView = loaded.view
  return <CheckAnswer view={view} at={at} writer={writer} formId={formId} refusal={useRefusal()} />
}
