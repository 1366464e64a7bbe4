import type { ActionFunctionArgs } from '@remix-run/node'
import { form } from '../form.ts'
import { backTo, go, handled, pageAt } from '../http.ts'

const page = pageAt('messages', 'messageId')

export const loader = backTo(page)

export const action = handled(
  async (args: ActionFunctionArgs) => {
    const reader = args.context.requireReader()
    await form(args, {})
    await args.context.portal.askForMoreTime(reader, args.params.messageId!)
    return go(page(args.params))
  },
  { otherwise: page },
)
