import type { ActionFunctionArgs } from '@remix-run/node'
import { form } from '../form.ts'
import { backTo, handled } from '../http.ts'

const enrolPage = () => '/enrol/passkey'

export const loader = backTo(enrolPage)

/** What the browser is to make; asked for by the script of the passkey button. */
export const action = handled(
  async (args: ActionFunctionArgs) => {
    const visitor = args.context.requireVisitor()
    await form(args, {})
    return Response.json(await args.context.portal.passkeyEnrolmentOptions(visitor))
  },
  { otherwise: enrolPage },
)
