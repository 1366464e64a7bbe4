import type { LoaderFunctionArgs } from '@remix-run/node'
import { go, handled } from '../http.ts'
import { useWords } from '../language/words.ts'
import { ButtonLink } from '../ui/Button.tsx'
import { Page } from '../ui/Page.tsx'

const HOME = { provider: '/sent', compliance: '/trail', administrator: '/account' } as const

export const loader = handled(({ context: { visitor } }: LoaderFunctionArgs) => {
  if (visitor?.level === 'mailbox') return go('/enrol')
  if (visitor?.role) return go(HOME[visitor.role])
  return visitor ? go('/messages') : null
})

export default function Home() {
  const words = useWords().home
  return (
    <Page title={words.title}>
      <p>{words.intro}</p>
      <ol className="steps">
        {words.steps.map(step => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <ButtonLink to="/sign-in">{words.start}</ButtonLink>
      <p>
        <a href="/help#real">{words.isItReal}</a>
      </p>
    </Page>
  )
}
