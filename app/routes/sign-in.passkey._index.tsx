import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { at, wanted } from '../destination.ts'
import { form } from '../form.ts'
import { handled, signedIn } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { useRefusal } from '../refusal.ts'
import { signInRequest } from '../sign-in-request.ts'
import { ButtonLink } from '../ui/Button.tsx'
import { Page } from '../ui/Page.tsx'
import { PasskeyButton } from '../ui/PasskeyButton.tsx'

export const handle = { title: (words: Catalogue) => words.passkey.use }

export const loader = handled(({ request }: LoaderFunctionArgs) => ({ to: wanted(request) }))

export const action = handled(async (args: ActionFunctionArgs) => {
  const token = signInRequest(args.context)
  const { response } = await form(args, { response: 'json' })
  return signedIn(args, await args.context.portal.enterPasskey(token, response))
})

/** Seen only when the passkey was not taken: try again, or another way. */
export default function Passkey() {
  const words = useWords()
  const { to } = useLoaderData<typeof loader>()
  return (
    <Page title={words.passkey.use} refusal={useRefusal()} says={{ wrong_sign_in: words.passkey.failed }}>
      <PasskeyButton ceremony="use" to={at('/sign-in/passkey', { to })} />
      <ButtonLink to={at('/sign-in', { to })} look="other">
        {words.passphrase.otherWay}
      </ButtonLink>
      <p>
        <a href="/sign-in/help">{words.ways.help}</a>
      </p>
    </Page>
  )
}
