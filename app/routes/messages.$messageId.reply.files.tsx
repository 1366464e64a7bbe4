import type { ActionFunctionArgs } from '@remix-run/node'
import { form } from '../form.ts'
import { backTo, handled } from '../http.ts'
import { replyPage } from '../keep-typed.ts'
import { savedAnswer } from '../saved-answer.ts'

export const loader = backTo(replyPage)

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
