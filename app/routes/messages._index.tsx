import type { LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { at } from '../destination.ts'
import { handled } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { BegunAnswers } from '../ui/BegunAnswers.tsx'
import { MessageList } from '../ui/MessageList.tsx'
import { Page } from '../ui/Page.tsx'

export const handle = { title: (words: Catalogue) => words.messages.title }

const PAGE_LENGTH = 50

export const loader = handled(async ({ context, request }: LoaderFunctionArgs) => {
  const reader = context.requireReader()
  const query = new URL(request.url).searchParams
  const after = query.get('after') ?? undefined
  const { lines, next } = await context.portal.listMessages(reader, { after, limit: PAGE_LENGTH })
  const drafts = after === undefined ? await context.portal.listDrafts(reader) : []
  return { lines, next, drafts, isFirst: after === undefined, done: query.get('done') }
})

export default function Messages() {
  const words = useWords()
  const { lines, next, drafts, isFirst, done } = useLoaderData<typeof loader>()
  const said = done === 'hidden' ? words.notForMe.done : done === 'deleted' ? words.deleting.done : null
  return (
    <Page title={words.messages.title} done={said}>
      <BegunAnswers drafts={drafts} />
      {lines.length > 0 ? <MessageList lines={lines} /> : <p>{words.messages.none}</p>}
      {isFirst ? null : (
        <p>
          <a href="/messages">{words.messages.newest}</a>
        </p>
      )}
      {next ? (
        <p>
          <a href={at('/messages', { after: next })}>{words.messages.older}</a>
        </p>
      ) : null}
    </Page>
  )
}
