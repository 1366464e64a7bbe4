import type { ActionFunctionArgs } from '@remix-run/node'
import { form } from '../form.ts'
import { handled, signedIn } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { useRefusal } from '../refusal.ts'
import { Page } from '../ui/Page.tsx'
import { PostButton } from '../ui/PostButton.tsx'

export const handle = { title: (words: Catalogue) => words.invitation.title }

export const action = handled(async (args: ActionFunctionArgs) => {
  await form(args, {})
  return signedIn(args, await args.context.portal.acceptInvitation(args.params.token!))
})

export default function Invitation() {
  const words = useWords().invitation
  return (
    <Page title={words.title} refusal={useRefusal()}>
      <p>{words.text}</p>
      <PostButton>{words.accept}</PostButton>
    </Page>
  )
}
