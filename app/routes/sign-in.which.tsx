import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { form } from '../form.ts'
import { handled, signedIn } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { useRefusal } from '../refusal.ts'
import { signInRequest } from '../sign-in-request.ts'
import { Accounts } from '../ui/Accounts.tsx'
import { Page } from '../ui/Page.tsx'

export const handle = { title: (words: Catalogue) => words.which.title }

export const loader = handled(async ({ context }: LoaderFunctionArgs) => ({
  accounts: await context.portal.accountsToChoose(signInRequest(context)),
}))

export const action = handled(async (args: ActionFunctionArgs) => {
  const token = signInRequest(args.context)
  const { account } = await form(args, { account: 'line' })
  return signedIn(args, await args.context.portal.chooseAccount(token, account))
})

/** Which clinic an address means that has an account with several. Asked only once the mailbox is proven. */
export default function Which() {
  const words = useWords().which
  const { accounts } = useLoaderData<typeof loader>()
  return (
    <Page title={words.title} refusal={useRefusal()}>
      {accounts.length > 0 ? (
        <>
          <p>{words.text}</p>
          <Accounts accounts={accounts} />
          <p>{words.other}</p>
        </>
      ) : (
        <p>
          <a href="/sign-in/code">{words.codeFirst}</a>
        </p>
      )}
    </Page>
  )
}
