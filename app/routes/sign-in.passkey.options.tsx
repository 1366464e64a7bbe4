import type { ActionFunctionArgs } from '@remix-run/node'
import type { PageContext } from '../../server/page-context.ts'
import { form } from '../form.ts'
import { backTo, handled } from '../http.ts'

const signInPage = () => '/sign-in'

export const loader = backTo(signInPage)

/** What the browser is to sign; asked for by the script of the passkey button. */
export const action = handled(
  async (args: ActionFunctionArgs) => {
    await form(args, {})
    const token = args.context.signInRequest ?? (await begin(args.context))
    return Response.json(await args.context.portal.passkeyOptions(token))
  },
  { otherwise: signInPage },
)

/** A passkey says by itself whose it is: no address is asked for first. */
async function begin(context: PageContext): Promise<string> {
  const { requestToken } = await context.portal.beginSignIn({})
  context.startSignInRequest(requestToken)
  return requestToken
}
