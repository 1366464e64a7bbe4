import type { ActionFunctionArgs } from '@remix-run/node'
import { form } from '../form.ts'
import { backTo, handled } from '../http.ts'

const page = () => '/'

export const loader = backTo(page)

/** Whoever asks keeps their session awake: the portal has already noted the visit. */
export const action = handled(
  async (args: ActionFunctionArgs) => {
    args.context.requireVisitor()
    await form(args, {})
    return new Response(null, { status: 204 })
  },
  { otherwise: page },
)
