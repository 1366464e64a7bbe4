import type { LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { at } from '../destination.ts'
import { handled } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { HistoryList } from '../ui/HistoryList.tsx'
import { LooksWrong } from '../ui/LooksWrong.tsx'
import { OlderEntries } from '../ui/OlderEntries.tsx'
import { Page } from '../ui/Page.tsx'

export const handle = { title: (words: Catalogue) => words.history.ofAll }

export const loader = handled(async ({ context, request }: LoaderFunctionArgs) => {
  const reader = context.requireReader()
  const query = new URL(request.url).searchParams
  const before = Number(query.get('before')) || undefined
  const onlyOthers = query.get('by') === 'others'
  return { history: await context.portal.viewHistory(reader, { before, onlyOthers }), onlyOthers, isFirst: before === undefined }
})

export default function WhoOpened() {
  const words = useWords()
  const { history, onlyOthers, isFirst } = useLoaderData<typeof loader>()
  const { organization, phone, lines, next } = history
  return (
    <Page title={words.history.ofAll}>
      <p>{words.history.text}</p>
      <nav className="filter" aria-label={words.history.only}>
        <ul className="inline">
          <li>
            <a href="/who-opened" aria-current={onlyOthers ? undefined : 'true'}>
              {words.history.everybody}
            </a>
          </li>
          <li>
            <a href="/who-opened?by=others" aria-current={onlyOthers ? 'true' : undefined}>
              {words.history.others}
            </a>
          </li>
        </ul>
      </nav>
      <HistoryList lines={lines} organization={organization} ofAll />
      <OlderEntries path={at('/who-opened', { by: onlyOthers ? 'others' : null })} next={next} isFirst={isFirst} />
      <LooksWrong organization={organization} phone={phone} />
      <p>
        <a href="/messages">{words.message.all}</a>
      </p>
    </Page>
  )
}
