import type { ActionFunctionArgs } from '@remix-run/node'
import { form } from '../form.ts'
import { backTo, go, handled } from '../http.ts'

const page = () => '/'

export const loader = backTo(page)

export const action = handled(
  async (args: ActionFunctionArgs) => {
    const visitor = args.context.requireVisitor()
    await form(args, {})
    await args.context.portal.signOut(visitor)
    args.context.endSession()
    return go('/sign-in', { why: 'signed-out' })
  },
  { otherwise: page },
)
