import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { form } from '../form.ts'
import { go, handled } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { useRefusal } from '../refusal.ts'
import { Button } from '../ui/Button.tsx'
import { Field } from '../ui/Field.tsx'
import { Form } from '../ui/Form.tsx'
import { FoundMessages } from '../ui/FoundMessages.tsx'
import { Page } from '../ui/Page.tsx'
import { Senders } from '../ui/Senders.tsx'

export const handle = { title: (words: Catalogue) => words.search.title }

export const loader = handled(async ({ context, request }: LoaderFunctionArgs) => {
  const reader = context.requireReader()
  const wantsFound = new URL(request.url).searchParams.has(FOUND) && !isLedHere(request)
  const [answer, senders] = await Promise.all([
    wantsFound ? context.portal.keptSearch(reader) : null,
    context.portal.listSenders(reader),
  ])
  return { answer, senders }
})

const FOUND = 'found'

/** Another site can lead somebody here; it must not make the trail tell that they searched. */
const isLedHere = ({ headers }: Request): boolean => /^(cross|same)-site$/.test(headers.get('sec-fetch-site') ?? '')

/** The words stay with the session: in an address, they would stay behind in the browser's history and in logs. */
export const action = handled(async (args: ActionFunctionArgs) => {
  const reader = args.context.requireReader()
  const { words } = await form(args, { words: 'line' })
  await args.context.portal.keepSearch(reader, words)
  return go('/messages/search', { [FOUND]: 'yes' })
})

export default function Search() {
  const words = useWords()
  const { answer, senders } = useLoaderData<typeof loader>()
  return (
    <Page title={words.search.title} refusal={useRefusal()} mainField="words">
      <Form to="/messages/search">
        <Field name="words" label={words.search.label} hint={words.search.hint} defaultValue={answer?.words ?? ''} />
        <Button>{words.search.go}</Button>
      </Form>
      {answer ? <FoundMessages found={answer.found} /> : null}
      <p className="hint">{words.search.where}</p>
      <Senders senders={senders} />
      <p>
        <a href="/messages">{words.message.all}</a>
      </p>
    </Page>
  )
}
