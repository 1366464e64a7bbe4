import type { LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { handled, pageAt } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { Notice } from '../ui/Notice.tsx'
import { Page } from '../ui/Page.tsx'
import { PostButton } from '../ui/PostButton.tsx'

export const handle = { title: (words: Catalogue) => words.copy.title }

export const loader = handled(({ context, params }: LoaderFunctionArgs) => {
  context.requireReader()
  return { message: pageAt('messages', 'messageId')(params) }
})

export default function Copy() {
  const words = useWords().copy
  const { cancel } = useWords()
  const { message } = useLoaderData<typeof loader>()
  return (
    <Page title={words.title}>
      <Notice kind="care" title={words.warning}>
        {words.warningText}
      </Notice>
      {(['html', 'eml'] as const).map(format => (
        <section key={format} className="card" aria-labelledby={format}>
          <h2 id={format}>{words[format].title}</h2>
          <p>{words[format].text}</p>
          <PostButton to={`${message}/copy/save`} values={{ format }}>
            {words[format].go}
          </PostButton>
        </section>
      ))}
      <p>{words.told}</p>
      <p>
        <a href={message}>{cancel}</a>
      </p>
    </Page>
  )
}
