import type { LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { handled } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { Notice } from '../ui/Notice.tsx'
import { Page } from '../ui/Page.tsx'

export const handle = { title: (words: Catalogue) => words.help.title }

export const loader = handled(({ context }: LoaderFunctionArgs) => ({ origin: context.origin }))

export default function Help() {
  const { help: words, history } = useWords()
  const { origin } = useLoaderData<typeof loader>()
  const [yes, call, look, never] = words.realText
  return (
    <Page title={words.title}>
      <Notice kind="care" title={words.emergency}>
        {words.emergencyText}
      </Notice>
      <h2 id="real">{words.real}</h2>
      <p>{yes}</p>
      <p>{call}</p>
      <p>
        {look}{' '}
        <strong className="reference">
          <bdi>{origin}</bdi>
        </strong>
      </p>
      <p>{never}</p>
      <h2>{words.in}</h2>
      <p>{words.inText}</p>
      <p>
        <a href="/sign-in/help">{words.inGo}</a>
      </p>
      <h2>{words.why}</h2>
      <p>{words.whyText}</p>
      <h2>{words.other}</h2>
      <p>{words.otherText}</p>
      <h2>{words.long}</h2>
      <p>{words.longText}</p>
      <h2>{words.who}</h2>
      {words.whoText.map(text => (
        <p key={text}>{text}</p>
      ))}
      <p>
        <a href="/who-opened">{history.ofAll}</a>
      </p>
    </Page>
  )
}
