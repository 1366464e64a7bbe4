import type { LoaderFunctionArgs } from '@remix-run/node'
import { sentText } from './form.ts'
import { pageAt } from './http.ts'

const message = pageAt('messages', 'messageId')

/** The page on which a message is answered. */
export const replyPage = (params: LoaderFunctionArgs['params']): string => `${message(params)}/reply`

/** Keeps what was typed on that page by somebody whose session has ended, for when they are signed in again; says whether it did. */
export async function keepTyped({ context, params, request }: LoaderFunctionArgs): Promise<boolean> {
  const [ticket, text] = [await sentText(request, 'ticket'), await sentText(request, 'text')]
  return context.portal.keepWords(params.messageId ?? '', ticket, text)
}
