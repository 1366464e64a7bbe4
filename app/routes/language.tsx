import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { form } from '../form.ts'
import { go, handled } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { LANGUAGES, languageOf, useSurroundings, useWords } from '../language/words.ts'
import { useRefusal } from '../refusal.ts'
import { Button } from '../ui/Button.tsx'
import { Choices } from '../ui/Choices.tsx'
import { Form } from '../ui/Form.tsx'
import { Page } from '../ui/Page.tsx'
import { Taglines } from '../ui/Taglines.tsx'

export const handle = { title: (words: Catalogue) => words.language.title }

export const loader = handled(({ context, request }: LoaderFunctionArgs) => {
  const isChosen = new URL(request.url).searchParams.get('done') === 'saved'
  return { isSaved: isChosen && context.keepsCookies, isLost: isChosen && !context.keepsCookies }
})

export const action = handled(async (args: ActionFunctionArgs) => {
  const { portal, visitor } = args.context
  const { language } = await form(args, { language: 'line' })
  const chosen = languageOf(language)
  args.context.rememberLanguage(chosen)
  if (visitor) await portal.prefer(visitor, { language: chosen })
  return go('/language', { done: 'saved' })
})

export default function LanguagePage() {
  const all = useWords()
  const words = all.language
  const { language, standing } = useSurroundings()
  const { isSaved, isLost } = useLoaderData<typeof loader>()
  const options = Object.entries(LANGUAGES).map(([tag, { name }]) => ({ value: tag, label: <span lang={tag}>{name}</span> }))
  return (
    <Page
      title={words.title}
      refusal={useRefusal()}
      mainField="language"
      done={isSaved ? words.saved : null}
      notDone={isLost ? all.noCookies.notKept : null}
    >
      <p>{words.text}</p>
      <Form>
        <Choices name="language" legend={words.title} pick="one" options={options} chosen={[language]} />
        <Button>{words.save}</Button>
      </Form>
      <p>
        <a href={standing === 'reader' ? '/account/preferences' : '/'}>{standing === 'reader' ? all.back : all.goOn}</a>
      </p>
      <Taglines />
    </Page>
  )
}
