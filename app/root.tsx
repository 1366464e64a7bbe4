import './load-context.ts'
import type { LoaderFunctionArgs } from '@remix-run/node'
import { isRouteErrorResponse, Outlet, useLocation, useMatches, useRouteError, useRouteLoaderData } from '@remix-run/react'
import type { ReactNode } from 'react'
import type { Visitor } from '../server/sign-in/visitor.ts'
import { handled } from './http.ts'
import type { Catalogue } from './language/en.ts'
import type { Standing, Surroundings } from './language/words.ts'
import { LANGUAGES, languageOf, NOWHERE, SurroundingsContext } from './language/words.ts'
import type { Failure } from './refusal.ts'
import styles from './styles/pages.css?url'
import { FailurePage } from './ui/FailurePage.tsx'
import { Frame } from './ui/Frame.tsx'
import { TimeOut } from './ui/TimeOut.tsx'

export const loader = handled(
  ({ context }: LoaderFunctionArgs): Surroundings => ({
    language: languageOf(context.language),
    timeZone: context.visitor?.timeZone ?? 'UTC',
    formToken: context.formToken,
    nonce: context.nonce,
    standing: standingOf(context.visitor),
    // Whoever has shown only a mailbox is not told whose it is.
    name: context.visitor?.level === 'full' ? context.visitor.name : '',
    development: context.development,
  }),
)

function standingOf(visitor: Visitor | null): Standing {
  if (!visitor) return 'nobody'
  if (visitor.level !== 'full') return 'partly'
  return visitor.person.kind === 'recipient' ? 'reader' : (visitor.role ?? 'nobody')
}

/** The document around every page. A page names itself through `handle.title`. */
export function Layout({ children }: { children: ReactNode }) {
  const surroundings = useRouteLoaderData<typeof loader>('root') ?? NOWHERE
  const { language, standing } = surroundings
  const { words, direction } = LANGUAGES[language]
  const { pathname } = useLocation()
  return (
    <html lang={language} dir={direction}>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex, nofollow" />
        <meta name="color-scheme" content="light dark" />
        <title>{useTitle(words)}</title>
        <link rel="stylesheet" href={styles} />
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
      </head>
      <body>
        <SurroundingsContext.Provider value={surroundings}>
          <Frame path={pathname}>{children}</Frame>
          {standing === 'nobody' ? null : <TimeOut />}
        </SurroundingsContext.Provider>
      </body>
    </html>
  )
}

/** The last page that names itself; never the subject of a message, which would stay behind in the browser's history. */
function useTitle(words: Catalogue): string {
  const error = useRouteError()
  const titles = useMatches().map(({ handle }) =>
    (handle as { title?: (words: Catalogue) => string } | undefined)?.title?.(words),
  )
  // Null where nothing failed, whatever its type says.
  const title = error == null ? titles.findLast(Boolean) : undefined
  return title ? `${title} · ${words.portal}` : words.portal
}

export default function Pages() {
  return <Outlet />
}

export function ErrorBoundary() {
  const error = useRouteError()
  const failure: Failure = isRouteErrorResponse(error) && isFailure(error.data) ? error.data : unexpected(error)
  return <FailurePage failure={failure} />
}

const isFailure = (data: unknown): data is Failure =>
  typeof data === 'object' && data !== null && 'code' in data && 'values' in data

/** The framework's own refusals, such as a method that a page does not take. */
const unexpected = (error: unknown): Failure => ({
  code: isRouteErrorResponse(error) && error.status < 500 ? 'not_found' : 'unknown',
  incident: null,
  values: {},
})
