import type { ActionFunctionArgs } from '@remix-run/node'
import { at } from '../destination.ts'
import { form } from '../form.ts'
import { backTo, go, handled } from '../http.ts'
import { fullVisitor } from '../visitor.ts'

const page = () => '/account'

export const loader = backTo(page)

export const action = handled(
  async (args: ActionFunctionArgs) => {
    const visitor = fullVisitor(args.context)
    await form(args, {})
    await args.context.portal.removeFactor(visitor, args.params.factorId!)
    return go('/account', { done: 'removed' })
  },
  { otherwise: (_params, code) => at('/account', { why: code === 'conflict' ? 'only-way' : null }) },
)
