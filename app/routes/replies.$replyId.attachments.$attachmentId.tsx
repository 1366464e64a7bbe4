import type { ActionFunctionArgs } from '@remix-run/node'
import { download } from '../download.ts'
import { form } from '../form.ts'
import { backTo, handled, pageAt } from '../http.ts'

const page = pageAt('replies', 'replyId')

export const loader = backTo(page)

export const action = handled(
  async (args: ActionFunctionArgs) => {
    const staff = args.context.requireStaff('provider')
    await form(args, {})
    return download(await args.context.portal.fetchReplyAttachment({ staff }, args.params.replyId!, args.params.attachmentId!))
  },
  { otherwise: page },
)
