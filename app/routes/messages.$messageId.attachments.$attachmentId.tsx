import type { ActionFunctionArgs } from '@remix-run/node'
import { download } from '../download.ts'
import { form } from '../form.ts'
import { backTo, handled, pageAt } from '../http.ts'

const page = pageAt('messages', 'messageId')

export const loader = backTo(page)

/** Leaves a receipt, then streams the file. */
export const action = handled(
  async (args: ActionFunctionArgs) => {
    const reader = args.context.requireReader()
    await form(args, {})
    return download(await args.context.portal.fetchAttachment(reader, args.params.messageId!, args.params.attachmentId!))
  },
  { otherwise: page },
)
