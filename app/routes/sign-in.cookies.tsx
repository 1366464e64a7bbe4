import type { LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { at, wanted } from '../destination.ts'
import { go, handled } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { NoCookies } from '../ui/NoCookies.tsx'

export const handle = { title: (words: Catalogue) => words.noCookies.title }

/** Where a browser is sent to `try`, with something to keep, that brought nothing back. Whoever brings that back only took too long. */
export const loader = handled(async ({ context, request }: LoaderFunctionArgs) => {
  const to = wanted(request)
  const isTried = new URL(request.url).searchParams.get('try') !== null
  return isTried && context.keepsCookies ? go('/sign-in', { why: 'over', to }) : { to, call: await context.portal.helpLine() }
})

export default function WithoutCookies() {
  const { to, call } = useLoaderData<typeof loader>() as {
    to: string | null
    call: { organization: string; phone: string } | null
  }
  return <NoCookies again={at('/sign-in', { to })} call={call} />
}
