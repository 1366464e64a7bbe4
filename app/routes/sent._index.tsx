import type { LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { at } from '../destination.ts'
import { handled } from '../http.ts'
import { staffWords } from '../language/staff.ts'
import { ButtonLink } from '../ui/Button.tsx'
import { Page } from '../ui/Page.tsx'
import { SentList } from '../ui/SentList.tsx'

const words = staffWords.sent
export const handle = { title: () => words.title }

const PAGE_LENGTH = 50

export const loader = handled(async ({ context, request }: LoaderFunctionArgs) => {
  const staff = context.requireStaff('provider')
  const after = new URL(request.url).searchParams.get('after') ?? undefined
  const lines = await context.portal.listDeposits({ staff }, { after, limit: PAGE_LENGTH })
  return { lines, isFirst: after === undefined, next: lines.length === PAGE_LENGTH ? (lines.at(-1)?.id ?? null) : null }
})

export default function Sent() {
  const { lines, isFirst, next } = useLoaderData<typeof loader>()
  return (
    <Page title={words.title} wide>
      <ButtonLink to="/compose">{words.newMessage}</ButtonLink>
      {lines.length > 0 ? <SentList lines={lines} /> : <p>{words.none}</p>}
      {isFirst ? null : (
        <p>
          <a href="/sent">{words.newest}</a>
        </p>
      )}
      {next ? (
        <p>
          <a href={at('/sent', { after: next })}>{words.older}</a>
        </p>
      ) : null}
    </Page>
  )
}
