import type { LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { at } from '../destination.ts'
import { handled } from '../http.ts'
import { staffWords } from '../language/staff.ts'
import { Page } from '../ui/Page.tsx'
import { ReplyList } from '../ui/ReplyList.tsx'

const words = staffWords.replies
export const handle = { title: () => words.title }

const PAGE_LENGTH = 50

export const loader = handled(async ({ context, request }: LoaderFunctionArgs) => {
  const staff = context.requireStaff('provider')
  const after = new URL(request.url).searchParams.get('after') ?? undefined
  const lines = await context.portal.listReplies({ staff }, { after, limit: PAGE_LENGTH }, 'newest')
  return { lines, isFirst: after === undefined, next: lines.length === PAGE_LENGTH ? (lines.at(-1)?.id ?? null) : null }
})

export default function Replies() {
  const { lines, isFirst, next } = useLoaderData<typeof loader>()
  return (
    <Page title={words.title} wide>
      {lines.length > 0 ? <ReplyList lines={lines} /> : <p>{words.none}</p>}
      {isFirst ? null : (
        <p>
          <a href="/replies">{words.newest}</a>
        </p>
      )}
      {next ? (
        <p>
          <a href={at('/replies', { after: next })}>{words.older}</a>
        </p>
      ) : null}
    </Page>
  )
}
