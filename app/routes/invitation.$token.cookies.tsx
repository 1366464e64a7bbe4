import type { LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { go, handled } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { NoCookies } from '../ui/NoCookies.tsx'

export const handle = { title: (words: Catalogue) => words.noCookies.invited }

/** Where a browser is sent that brought back nothing of what the invitation gave it to keep. Whoever brings it here may accept. */
export const loader = handled(({ context, params }: LoaderFunctionArgs) => {
  const invitation = `/invitation/${encodeURIComponent(params.token ?? '')}`
  return context.keepsCookies ? go(invitation) : { invitation }
})

export default function InvitedWithoutCookies() {
  const { invitation } = useLoaderData<typeof loader>() as { invitation: string }
  return <NoCookies again={invitation} />
}
