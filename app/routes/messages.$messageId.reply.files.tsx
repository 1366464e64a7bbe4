import type { ActionFunctionArgs } from '@remix-run/node'
import { form } from '../form.ts'
import { backTo, handled } from '../http.ts'
import { replyPage } from '../keep-typed.ts'
import { savedAnswer } from '../saved-answer.ts'

/** Here come those who sent files after their session had ended, when they are signed in again. */
export const loader = backTo(params => `${replyPage(params)}?done=files`)

/** Files that the script of the page sends when they are chosen. */
export const action = handled(
  async (args: ActionFunctionArgs) => {
    const reader = args.context.requireReader()
    const { files } = await form(args, { files: 'files' })
    const change = { version: null, files, removed: [] }
    return savedAnswer(await args.context.portal.saveDraft(reader, args.params.messageId!, change), args.context)
  },
  { otherwise: replyPage },
)
