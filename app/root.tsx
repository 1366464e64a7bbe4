import './load-context.ts'
import type { EntryContext } from '@remix-run/node'
import { isRouteErrorResponse } from '@remix-run/react'
import type { ComponentType } from 'react'
import { AnsweredContext } from './answered.ts'
import { Document } from './document.tsx'
import type { Catalogue } from './language/en.ts'
import { type Surroundings, spoken } from './language/words.ts'
import type { Failure } from './refusal.ts'
import { FailurePage, failureTitle } from './ui/FailurePage.tsx'

interface RootProps {
  /** What the framework has found: which page, and what its loader and action answered or refused. */
  context: Pick<EntryContext, 'staticHandlerContext' | 'routeModules'>
  surroundings: Surroundings
}

/** The page that was asked for, or what went wrong with it, in its document. A page names itself through `handle.title`. */
export default function Root({ context: { staticHandlerContext, routeModules }, surroundings }: RootProps) {
  const { matches, loaderData, actionData, errors, location } = staticHandlerContext
  const { id = '', handle = {} } = matches.at(-1)?.route ?? {}
  const { words } = spoken(surroundings.language)
  const [error] = Object.values(errors ?? {})
  const failure = errors === null ? null : failureOf(error)
  const Page = routeModules[id]?.default as ComponentType
  const named = surroundings.codesShown ? words.printedCodes.title : (handle as Titled).title?.(words)
  return (
    <AnsweredContext.Provider value={{ loaded: loaderData[id], acted: actionData?.[id] }}>
      <Document surroundings={surroundings} path={location.pathname} title={failure ? failureTitle(failure, words) : named}>
        {failure ? <FailurePage failure={failure} /> : <Page />}
      </Document>
    </AnsweredContext.Provider>
  )
}

interface Titled {
  title?: (words: Catalogue) => string
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
