import type { ActionFunctionArgs } from '@remix-run/node'
import { form } from '../form.ts'
import { backTo, go, handled, pageAt } from '../http.ts'

const page = pageAt('replies', 'replyId')

export const loader = backTo(page)

/** The one act that opens a reply. */
export const action = handled(
  async (args: ActionFunctionArgs) => {
    const staff = args.context.requireStaff('provider')
    await form(args, {})
    await args.context.portal.openReply(staff, args.params.replyId!)
    return go(page(args.params))
  },
  { otherwise: page },
)
