import type { ActionFunctionArgs } from '@remix-run/node'
import { form } from '../form.ts'
import { backTo, go, handled, pageAt } from '../http.ts'

const page = pageAt('sent', 'depositId')

export const loader = backTo(page)

export const action = handled(
  async (args: ActionFunctionArgs) => {
    const staff = args.context.requireStaff('provider')
    await form(args, {})
    await args.context.portal.resendNotices({ staff }, args.params.depositId!)
    return go(page(args.params), { done: 'resent' })
  },
  { otherwise: page },
)
