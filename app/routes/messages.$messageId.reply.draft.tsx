import type { ActionFunctionArgs } from '@remix-run/node'
import { form } from '../form.ts'
import { backTo, handled } from '../http.ts'
import { replyPage } from '../keep-typed.ts'
import { savedAnswer } from '../saved-answer.ts'

export const loader = backTo(replyPage)

/** What the script of the page sends while somebody types. */
export const action = handled(
  async (args: ActionFunctionArgs) => {
    const reader = args.context.requireReader()
    const { text, version } = await form(args, { text: 'text?', version: 'line?' })
    const change = { text, version: version || null, files: [], removed: [] }
    return savedAnswer(await args.context.portal.saveDraft(reader, args.params.messageId!, change), args.context)
  },
  { otherwise: replyPage },
)
