import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import type { SearchResult } from '../../server/views.ts'
import { form } from '../form.ts'
import { handled } from '../http.ts'
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

export const loader = handled(async ({ context }: LoaderFunctionArgs) => ({
  senders: await context.portal.listSenders(context.requireReader()),
}))

/** Answers with what was found: in an address, the words would stay behind in the browser's history and in logs. */
export const action = handled(async (args: ActionFunctionArgs) => {
  const reader = args.context.requireReader()
  const { words } = await form(args, { words: 'line' })
  return { words, found: await args.context.portal.searchMessages(reader, words) }
})

interface Found {
  words: string
  found: SearchResult
}

function useFound(): Found | null {
  const answer: unknown = useActionData()
  return typeof answer === 'object' && answer !== null && 'found' in answer ? (answer as Found) : null
}

export default function Search() {
  const words = useWords()
  const { senders } = useLoaderData<typeof loader>()
  const answer = useFound()
  return (
    <Page title={words.search.title} refusal={useRefusal()} mainField="words">
      <Form>
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
