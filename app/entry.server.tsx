import type { AppLoadContext, EntryContext, HandleErrorFunction } from '@remix-run/node'
import { isRouteErrorResponse, RemixServer } from '@remix-run/react'
import { renderToString } from 'react-dom/server'
import { SurroundingsContext } from './language/words.ts'
import { areCodesShown, formBackIn, waitOf } from './refusal.ts'
import { report } from './report.ts'
import { surroundingsOf } from './surroundings.ts'

/** Makes of the built pages what answers requests. The framework is built in with them, so that it is loaded once. */
export { createRequestHandler } from '@remix-run/node'

/** No page carries framework script, so nothing can arrive later: one string is the whole page, at half the cost of a stream. */
export default function handleRequest(
  request: Request,
  status: number,
  headers: Headers,
  context: EntryContext,
  page: AppLoadContext,
): Response {
  const answered = { formBack: formBackIn(context), codesShown: areCodesShown(context) }
  // Not by a loader: where an act fails without a page of its own, the framework asks no loader any more.
  const markup = renderToString(
    <SurroundingsContext.Provider value={{ ...surroundingsOf(page), query: new URL(request.url).search, ...answered }}>
      <RemixServer context={context} url={request.url} nonce={page.nonce} />
    </SurroundingsContext.Provider>,
  )
  headers.set('content-type', 'text/html; charset=utf-8')
  const wait = waitOf(context)
  if (wait !== null) headers.set('retry-after', String(wait))
  return new Response(`<!doctype html>${markup}`, { status, headers })
}

/** What no loader or action caught: a page that does not render. That a page does not take a method is no incident: anybody may ask. */
export const handleError: HandleErrorFunction = (error, { request, context }) => {
  const isRefusal = isRouteErrorResponse(error) && error.status < 500
  if (!isRefusal && !request.signal.aborted) report(error, context)
}
