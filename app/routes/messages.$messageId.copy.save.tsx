import type { ActionFunctionArgs } from '@remix-run/node'
import { savedCopy } from '../download.ts'
import { form } from '../form.ts'
import { backTo, handled, pageAt } from '../http.ts'

const page = pageAt('messages', 'messageId')

export const loader = backTo(page)

/** Leaves an entry, then streams the file. A copy that cannot be had leads back to the message, which says why. */
export const action = handled(
  async (args: ActionFunctionArgs) => {
    const reader = args.context.requireReader()
    const { format } = await form(args, { format: 'line' })
    const { language } = args.context
    return savedCopy(await args.context.portal.saveCopy(reader, args.params.messageId!, { format, language }))
  },
  { otherwise: page },
)
