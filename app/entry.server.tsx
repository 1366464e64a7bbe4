import type { AppLoadContext, EntryContext, HandleErrorFunction } from '@remix-run/node'
import { RemixServer } from '@remix-run/react'
import { renderToString } from 'react-dom/server'
import { report } from './report.ts'

/** No page carries framework script, so nothing can arrive later: one string is the whole page, at half the cost of a stream. */
export default function handleRequest(
  request: Request,
  status: number,
  headers: Headers,
  context: EntryContext,
  { nonce }: AppLoadContext,
): Response {
  const markup = renderToString(<RemixServer context={context} url={request.url} nonce={nonce} />)
  headers.set('content-type', 'text/html; charset=utf-8')
  return new Response(`<!doctype html>${markup}`, { status, headers })
}

/** What no loader or action caught: a page that does not render, a method that a page does not take. */
export const handleError: HandleErrorFunction = (error, { request }) => {
  if (!request.signal.aborted) report(error)
}
