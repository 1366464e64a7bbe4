import type { LoaderFunctionArgs } from '@remix-run/node'
import { renderToStaticMarkup } from 'react-dom/server'
import { Document } from './document.tsx'
import { spoken } from './language/words.ts'
import { type Failure, retryAfter } from './refusal.ts'
import { surroundingsOf } from './surroundings.ts'
import { FailurePage, failureTitle } from './ui/FailurePage.tsx'

/** The error page for an act that has no page of its own: the framework would answer it with the bare data. */
export function failureDocument(failure: Failure, status: number, { context, request }: LoaderFunctionArgs): Response {
  const surroundings = surroundingsOf(context)
  const title = failureTitle(failure, spoken(surroundings.language).words)
  const page = (
    <Document surroundings={surroundings} path={new URL(request.url).pathname} title={title}>
      <FailurePage failure={failure} />
    </Document>
  )
  const headers = { 'content-type': 'text/html; charset=utf-8', ...retryAfter(failure) }
  return new Response(`<!doctype html>${renderToStaticMarkup(page)}`, { status, headers })
}
