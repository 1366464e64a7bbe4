import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import type { ReplyLook } from '../../server/views.ts'
import { useLoaderData } from '../answered.ts'
import { form } from '../form.ts'
import { go, handled, pageAt } from '../http.ts'
import { staffWords } from '../language/staff.ts'
import { useRefusal } from '../refusal.ts'
import { AnswerForm } from '../ui/AnswerForm.tsx'
import { OpenedReply } from '../ui/OpenedReply.tsx'
import { Page } from '../ui/Page.tsx'
import { ReplyEnvelope } from '../ui/ReplyEnvelope.tsx'

const words = staffWords.reply
export const handle = { title: () => staffWords.replies.title }

const page = pageAt('replies', 'replyId')

export const loader = handled(async ({ context, params, request }: LoaderFunctionArgs) => {
  const look = await context.portal.viewReply(context.requireStaff('provider'), params.replyId!)
  const isAnswered = new URL(request.url).searchParams.get('done') === 'answered'
  return { look, at: page(params), isAnswered, formId: context.newFormId() }
})

export const action = handled(async (args: ActionFunctionArgs) => {
  const staff = args.context.requireStaff('provider')
  const { form_id: formId, ...answer } = await form(args, { text: 'text', files: 'files', form_id: 'line?' })
  await args.context.portal.answerReply(staff, args.params.replyId!, answer, { formId })
  return go(page(args.params), { done: 'answered' })
})

export default function Reply() {
  const { at, isAnswered, formId, ...loaded } = useLoaderData<typeof loader>()
  const look: ReplyLook = loaded.look
  const refusal = useRefusal()
  const all = (
    <p>
      <a href="/replies">{words.all}</a>
    </p>
  )
  if (look.kind === 'envelope')
    return (
      <Page title={words.envelope} refusal={refusal}>
        <ReplyEnvelope envelope={look.envelope} at={at} />
        {all}
      </Page>
    )
  const { reply } = look
  return (
    <Page
      title={reply.subject}
      titleLanguage={reply.language}
      refusal={refusal}
      mainField="text"
      done={isAnswered ? words.done : null}
    >
      <OpenedReply reply={reply} at={at} />
      <AnswerForm formId={formId} />
      {all}
    </Page>
  )
}
