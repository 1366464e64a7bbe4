import './load-context.ts'
import { isRouteErrorResponse, Outlet, useLocation, useMatches, useRouteError } from '@remix-run/react'
import type { ReactNode } from 'react'
import { Document } from './document.tsx'
import type { Catalogue } from './language/en.ts'
import { spoken, useSurroundings } from './language/words.ts'
import type { Failure } from './refusal.ts'
import { FailurePage, failureTitle } from './ui/FailurePage.tsx'

/** A page names itself through `handle.title`. */
export function Layout({ children }: { children: ReactNode }) {
  const surroundings = useSurroundings()
  const { words } = spoken(surroundings.language)
  return (
    <Document surroundings={surroundings} path={useLocation().pathname} title={useTitle(words)}>
      {children}
    </Document>
  )
}

/** The last page that names itself, what it shows this once, or what went wrong with it. */
function useTitle(words: Catalogue): string | undefined {
  const error = useRouteError()
  const { codesShown } = useSurroundings()
  const titles = useMatches().map(({ handle }) =>
    (handle as { title?: (words: Catalogue) => string } | undefined)?.title?.(words),
  )
  // Null where nothing failed, whatever its type says.
  if (error != null) return failureTitle(failureOf(error), words)
  return codesShown ? words.printedCodes.title : titles.findLast(Boolean)
}

export default function Pages() {
  return <Outlet />
}

export function ErrorBoundary() {
  return <FailurePage failure={failureOf(useRouteError())} />
}

const failureOf = (error: unknown): Failure =>
  isRouteErrorResponse(error) && isFailure(error.data) ? error.data : unexpected(error)

const isFailure = (data: unknown): data is Failure =>
  typeof data === 'object' && data !== null && 'code' in data && 'values' in data

/** The framework's own refusals, such as a method that a page does not take. */
const unexpected = (error: unknown): Failure => ({
  code: isRouteErrorResponse(error) && error.status < 500 ? 'not_found' : 'unknown',
  incident: null,
  values: {},
})
