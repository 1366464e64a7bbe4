import type { LoaderFunctionArgs } from '@remix-run/node'
import { sentFiles, sentText } from './form.ts'
import { type Kept, pageAt } from './http.ts'

const message = pageAt('messages', 'messageId')

/** The page on which a message is answered. */
export const replyPage = (params: LoaderFunctionArgs['params']): string => `${message(params)}/reply`

/**
 * Keeps what was typed on that page by somebody whose session has ended, for when they are signed in again. Files are not: whoever sends
 * them has shown nothing but a page. They are told, before they sign in and after.
 */
export async function keepTyped({ context, params, request }: LoaderFunctionArgs): Promise<Kept> {
  const [ticket, text] = [await sentText(request, 'ticket'), await sentText(request, 'text')]
  const areWordsKept = await context.portal.keepWords(params.messageId ?? '', ticket, text)
  if (!(await sentFiles(request))) return { why: areWordsKept ? 'kept' : null, to: replyPage(params) }
  return { why: areWordsKept ? 'kept-files' : text.trim() === '' ? 'files' : null, to: `${replyPage(params)}/files` }
}
