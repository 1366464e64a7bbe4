import type { AppLoadContext, EntryContext, HandleErrorFunction } from '@remix-run/node'
import { isRouteErrorResponse } from '@remix-run/react'
import { renderToStaticMarkup } from 'react-dom/server'
import { areCodesShown, formBackIn, waitOf } from './refusal.ts'
import { report } from './report.ts'
import Root from './root.tsx'
import { surroundingsOf } from './surroundings.ts'
import { WholePage } from './whole-page.ts'

/** Makes of the built pages what answers requests. The framework is built in with them, so that it is loaded once. */
export { createRequestHandler } from '@remix-run/node'

/**
 * No page carries framework script, so nothing can arrive later: one string is the whole page, at half the cost of a stream. For the same
 * reason it is not put into the framework's own frame for pages, a router that would go on in the browser.
 */
export default function handleRequest(
  request: Request,
  status: number,
  headers: Headers,
  context: EntryContext,
  page: AppLoadContext,
): Response {
  // Not by a loader: where an act fails without a page of its own, the framework asks no loader any more.
  const surroundings = {
    ...surroundingsOf(page),
    query: new URL(request.url).search,
    formBack: formBackIn(context),
    codesShown: areCodesShown(context),
  }
  const markup = renderToStaticMarkup(<Root context={context} surroundings={surroundings} />)
  headers.set('content-type', 'text/html; charset=utf-8')
  const wait = waitOf(context)
  if (wait !== null) headers.set('retry-after', String(wait))
  return new WholePage(`<!doctype html>${markup}`, { status, headers })
}

/** What no loader or action caught: a page that does not render. That a page does not take a method is no incident: anybody may ask. */
export const handleError: HandleErrorFunction = (error, { request, context }) => {
  const isRefusal = isRouteErrorResponse(error) && error.status < 500
  if (!isRefusal && !request.signal.aborted) report(error, context)
}
