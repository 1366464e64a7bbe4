import type { LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { at } from '../destination.ts'
import { handled } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { mailboxWish } from '../mailbox-wish.ts'
import { BegunAnswers } from '../ui/BegunAnswers.tsx'
import { MailboxFilter } from '../ui/MailboxFilter.tsx'
import { MessageList } from '../ui/MessageList.tsx'
import { OwedCodes } from '../ui/OwedCodes.tsx'
import { Page } from '../ui/Page.tsx'

export const handle = { title: (words: Catalogue) => words.messages.title }

const PAGE_LENGTH = 50

export const loader = handled(async ({ context, request }: LoaderFunctionArgs) => {
  const reader = context.requireReader()
  const query = new URL(request.url).searchParams
  const wish = mailboxWish(query)
  const { after, show, from } = wish
  const asked = { limit: PAGE_LENGTH, show, after: after ?? undefined, from: from ?? undefined }
  const isFirstPage = wish.after === null
  // Asked for together: each answer that is waited for alone is a turn of both threads.
  const [{ lines, next, from: sender }, drafts, owesCodes] = await Promise.all([
    context.portal.listMessages(reader, asked),
    isFirstPage ? context.portal.listDrafts(reader) : [],
    isFirstPage && context.portal.owesPrintedCodes(reader),
  ])
  return { lines, next, sender, wish, drafts, owesCodes, done: query.get('done') }
})

export default function Messages() {
  const words = useWords()
  const { lines, next, sender, wish, drafts, owesCodes, done } = useLoaderData<typeof loader>()
  const said = done === 'hidden' ? words.notForMe.done : done === 'deleted' ? words.deleting.done : null
  const isNarrowed = wish.show !== 'all' || sender !== null
  const address = { show: wish.show === 'all' ? null : wish.show, from: sender === null ? null : wish.from }
  const none = next ? words.messages.noneYet : isNarrowed ? words.messages.noneSuch : words.messages.none
  return (
    <Page title={words.messages.title} done={said}>
      {owesCodes ? <OwedCodes to="/messages" /> : null}
      <BegunAnswers drafts={drafts} />
      <MailboxFilter wish={wish} sender={sender} />
      {lines.length > 0 ? <MessageList lines={lines} /> : <p>{none}</p>}
      {wish.after === null ? null : (
        <p>
          <a href={at('/messages', address)}>{words.messages.newest}</a>
        </p>
      )}
      {next ? (
        <p>
          <a href={at('/messages', { ...address, after: next })}>{words.messages.older}</a>
        </p>
      ) : null}
      <p>
        <a href="/who-opened">{words.history.ofAll}</a>
      </p>
    </Page>
  )
}
