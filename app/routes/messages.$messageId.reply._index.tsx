import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import type { AnswerView } from '../../server/views.ts'
import { useLoaderData } from '../answered.ts'
import { form } from '../form.ts'
import { go, handled } from '../http.ts'
import { keepTyped, replyPage } from '../keep-typed.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { useRefusal } from '../refusal.ts'
import { AnswerBox } from '../ui/AnswerBox.tsx'
import { ClosedAnswer } from '../ui/ClosedAnswer.tsx'

export const handle = { title: (words: Catalogue) => words.reply.title }

const FIELDS = { text: 'text?', files: 'files', version: 'line?', remove: 'line?', step: 'line?' } as const

export const loader = handled(async ({ context, params, request }: LoaderFunctionArgs) => {
  const view = await context.portal.viewAnswer(context.requireReader(), params.messageId!)
  return { view, at: replyPage(params), done: new URL(request.url).searchParams.get('done') }
})

/** Whatever is pressed, what was written is kept first. */
export const action = handled(
  async (args: ActionFunctionArgs) => {
    const reader = args.context.requireReader()
    const { portal } = args.context
    const message = args.params.messageId!
    const { text, files, version, remove, step } = await form(args, FIELDS)
    await portal.saveDraft(reader, message, { text, files, version: version || null, removed: remove ? [remove] : [] })
    if (step !== 'check') return go(replyPage(args.params), { done: remove ? 'removed' : 'saved' })
    await portal.checkDraft(reader, message)
    return go(`${replyPage(args.params)}/check`)
  },
  { over: replyPage, keep: keepTyped },
)

export default function Reply() {
  const { draft } = useWords()
  const { at, done, ...loaded } = useLoaderData<typeof loader>()
  const view: AnswerView = loaded.view
  const refusal = useRefusal()
  if (view.window !== 'open') return <ClosedAnswer view={view} at={at} />
  const said = done === 'saved' ? draft.saved : done === 'removed' ? draft.removed : null
  const notDone = done === 'files' && !refusal ? draft.filesAgain : null
  return <AnswerBox view={view} at={at} refusal={refusal} done={refusal ? null : said} notDone={notDone} />
}
