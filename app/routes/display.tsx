import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { DISPLAY_CHOICES, displayOf } from '../display.ts'
import { form } from '../form.ts'
import { go, handled } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useSurroundings, useWords } from '../language/words.ts'
import { useRefusal } from '../refusal.ts'
import { Button } from '../ui/Button.tsx'
import { Choices } from '../ui/Choices.tsx'
import { Form } from '../ui/Form.tsx'
import { Page } from '../ui/Page.tsx'

export const handle = { title: (words: Catalogue) => words.display.title }

export const loader = handled(({ context, request }: LoaderFunctionArgs) => {
  const isChosen = new URL(request.url).searchParams.get('done') === 'saved'
  return { isSaved: isChosen && context.keepsCookies, isLost: isChosen && !context.keepsCookies }
})

export const action = handled(async (args: ActionFunctionArgs) => {
  const { portal, visitor } = args.context
  const display = displayOf(await form(args, { textSize: 'line?', contrast: 'line?', theme: 'line?' }))
  args.context.rememberDisplay(display)
  if (visitor) await portal.prefer(visitor, { display })
  return go('/display', { done: 'saved' })
})

export default function DisplayPage() {
  const words = useWords()
  const { display, standing } = useSurroundings()
  const { isSaved, isLost } = useLoaderData<typeof loader>()
  const { title, text, saved, everywhere, onlyHere, textSize, textSizes, contrast, contrasts, theme, themes } = words.display
  const question = <Value extends string>(name: keyof typeof display, legend: string, labels: Record<Value, string>) => {
    const options = DISPLAY_CHOICES[name].map(value => ({ value, label: labels[value as Value] }))
    return <Choices name={name} legend={legend} pick="one" options={options} chosen={[display[name]]} />
  }
  return (
    <Page title={title} refusal={useRefusal()} done={isSaved ? saved : null} notDone={isLost ? words.noCookies.notKept : null}>
      <p>{text}</p>
      <Form>
        {question('textSize', textSize, textSizes)}
        {question('contrast', contrast, contrasts)}
        {question('theme', theme, themes)}
        <p>{standing === 'reader' ? everywhere : onlyHere}</p>
        <Button>{words.preferences.save}</Button>
      </Form>
      <p>
        <a href={standing === 'reader' ? '/account/preferences' : '/'}>{standing === 'reader' ? words.back : words.goOn}</a>
      </p>
    </Page>
  )
}
