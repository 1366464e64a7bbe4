import type { LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { handled, pageAt } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { HistoryList } from '../ui/HistoryList.tsx'
import { LooksWrong } from '../ui/LooksWrong.tsx'
import { MessageList } from '../ui/MessageList.tsx'
import { OlderEntries } from '../ui/OlderEntries.tsx'
import { Page } from '../ui/Page.tsx'

export const handle = { title: (words: Catalogue) => words.history.title }

export const loader = handled(async ({ context, params, request }: LoaderFunctionArgs) => {
  const reader = context.requireReader()
  const before = Number(new URL(request.url).searchParams.get('before')) || undefined
  const history = await context.portal.viewHistory(reader, { message: params.messageId!, before })
  return { history, path: `${pageAt('messages', 'messageId')(params)}/history`, isFirst: before === undefined }
})

export default function MessageHistory() {
  const words = useWords()
  const { history, path, isFirst } = useLoaderData<typeof loader>()
  const { organization, phone, lines, next, message } = history
  return (
    <Page title={words.history.title}>
      {message ? <MessageList lines={[message]} /> : null}
      <HistoryList lines={lines} organization={organization} />
      <OlderEntries path={path} next={next} isFirst={isFirst} />
      <LooksWrong organization={organization} phone={phone} />
      <p>
        <a href="/who-opened">{words.history.ofAll}</a>
      </p>
    </Page>
  )
}
