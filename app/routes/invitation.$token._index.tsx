import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { form } from '../form.ts'
import { go, handled, signedIn } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { useRefusal } from '../refusal.ts'
import { ButtonLink } from '../ui/Button.tsx'
import { Page } from '../ui/Page.tsx'
import { PostButton } from '../ui/PostButton.tsx'

export const handle = { title: (words: Catalogue) => words.invitation.title }

/** Everybody is given a cookie to keep: who brings none back with the button would be let in, and be nobody on the next page. */
export const loader = handled(({ context }: LoaderFunctionArgs) => {
  if (!context.keepsCookies) context.tryCookie()
  return null
})

export const action = handled(async (args: ActionFunctionArgs) => {
  const token = args.params.token!
  // The invitation works once: it is not spent on a browser that forgets it.
  if (!args.context.keepsCookies) {
    args.context.tryCookie()
    return go(`/invitation/${encodeURIComponent(token)}/cookies`)
  }
  await form(args, {})
  return signedIn(args, await args.context.portal.acceptInvitation(token))
})

export default function Invitation() {
  const {
    invitation: words,
    signIn: { title: signIn },
  } = useWords()
  const refusal = useRefusal()
  const isOver = refusal?.code === 'wrong_sign_in'
  return (
    <Page title={words.title} refusal={refusal} says={{ wrong_sign_in: words.over }}>
      {isOver ? (
        <ButtonLink to="/sign-in">{signIn}</ButtonLink>
      ) : (
        <>
          <p>{words.text}</p>
          <PostButton>{words.accept}</PostButton>
        </>
      )}
    </Page>
  )
}
