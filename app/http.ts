import type { LoaderFunctionArgs } from '@remix-run/node'
import { data, redirect } from '@remix-run/node'
import type { ErrorCode, PortalError } from '../server/errors.ts'
import type { PageContext } from '../server/page-context.ts'
import type { Started } from '../server/portal.ts'
import { at, firstPage, pageOf, wanted } from './destination.ts'
import { failureDocument } from './failure-document.tsx'
import { keptValues, sentFields } from './form.ts'
import { type Failure, type Refusal, retryAfter, type ShownOnce } from './refusal.ts'
import { report, reportRefusal } from './report.ts'

/** The one table: what the portal refuses, as an HTTP status. */
export const STATUS: Record<ErrorCode, number> = {
  invalid: 422,
  malformed: 400,
  too_large: 413,
  unsupported_type: 415,
  undecipherable: 422,
  idempotency_key_missing: 400,
  idempotency_key_reused: 422,
  idempotency_running: 409,
  unauthorized: 401,
  sign_in_required: 401,
  fresh_sign_in_required: 401,
  forbidden: 403,
  wrong_origin: 403,
  wrong_code: 422,
  wrong_sign_in: 422,
  too_many_attempts: 429,
  confirmation_required: 403,
  not_found: 404,
  gone: 410,
  expired: 410,
  retracted: 410,
  conflict: 409,
  too_many_requests: 429,
  busy: 503,
  tampered: 500,
  unavailable: 503,
  no_space: 507,
  misconfigured: 500,
}

/** Refusals that a person can put right in the form they have just sent: it is shown again with what they typed. */
const FORM_AGAIN = new Set<ErrorCode>([
  'invalid',
  'malformed',
  'too_large',
  'unsupported_type',
  'wrong_origin',
  'wrong_code',
  'wrong_sign_in',
  'too_many_attempts',
  'confirmation_required',
  'conflict',
  'idempotency_key_reused',
  'too_many_requests',
  'busy',
  'unavailable',
  'no_space',
])

/** What is asked for can no longer be acted on, and never will. */
const OVER = new Set<ErrorCode>(['expired', 'retracted', 'gone', 'forbidden'])

/** The same may succeed in a while. Whoever is led to another page instead would not know why nothing happened. */
const NOT_NOW = new Set<ErrorCode>(['too_many_requests', 'too_many_attempts', 'busy', 'unavailable'])

/** Nothing went wrong, and there is nothing to look for: it is not there for whoever asks, and looks the same whoever they are. */
const NO_INCIDENT = new Set<ErrorCode>(['not_found', 'forbidden'])

interface Ways {
  /** For acts without a page of their own: the page that tells the truth when the act is refused. */
  otherwise?: (params: LoaderFunctionArgs['params'], code: ErrorCode | 'unknown') => string
  /** The page that tells what can still be done when what is acted on is over. */
  over?: (params: LoaderFunctionArgs['params']) => string
  /** Keeps what was typed by somebody whose session has ended. */
  keep?: (args: LoaderFunctionArgs) => Promise<Kept>
}

/** What was kept, as the sign-in page says it, and where to go on; null: nothing was, and it is shown to be copied. */
export interface Kept {
  why: 'kept' | 'kept-files' | 'files' | null
  to: string
}

/**
 * Every loader and every action goes through here: it turns what the portal refuses into the right page.
 *
 * Signing in is asked for where it is missing; a form that can be put right comes back with what was typed (pages read that with
 * `useRefusal`, not through the type of the action); all else is an error page. Unknown errors leave an incident number and nothing more.
 */
export const handled =
  <T>(work: (args: LoaderFunctionArgs) => Promise<T> | T, ways: Ways = {}) =>
  async (args: LoaderFunctionArgs): Promise<T> => {
    try {
      args.context.requireKnown()
      if (acts(args.request)) await args.context.admit()
      return await work(args)
    } catch (error) {
      if (error instanceof Response) throw error
      return (await refuse(error, args, ways)) as T
    }
  }

const acts = ({ method }: Request): boolean => method !== 'GET' && method !== 'HEAD'

async function refuse(error: unknown, args: LoaderFunctionArgs, ways: Ways): Promise<unknown> {
  const isAct = acts(args.request)
  if (!isRefusal(error)) {
    const failure: Failure = {
      code: 'unknown',
      incident: report(error, args.context),
      values: isAct ? await keptValues(args.request) : {},
    }
    throw failed(failure, 500, args, ways)
  }
  const values = isAct ? await keptValues(args.request) : {}
  if (asksForSignIn(error.code)) {
    const kept = isAct ? await ways.keep?.(args) : undefined
    throw kept?.why ? go('/sign-in', { why: kept.why, to: pageOf(kept.to) }) : signInInstead(error.code, args, values)
  }
  if (ways.over && OVER.has(error.code)) throw redirect(ways.over(args.params), 303)
  if (ways.otherwise && error.code !== 'wrong_origin' && !NOT_NOW.has(error.code))
    throw redirect(ways.otherwise(args.params, error.code), 303)
  const later = await laterOf(error, args.request)
  if (isAct && !ways.otherwise && FORM_AGAIN.has(error.code)) {
    const refusal: Refusal = { code: error.code, sentence: error.message, fields: error.fields, values, ...later }
    return data({ refusal }, { status: STATUS[error.code] })
  }
  const incident =
    STATUS[error.code] === 500
      ? report(error, args.context)
      : NO_INCIDENT.has(error.code)
        ? null
        : reportRefusal(error.code, args.request, args.context)
  const failure: Failure = { code: error.code, incident, values, ...later }
  throw failed(failure, STATUS[error.code], args, ways)
}

/** The framework puts the error page around what pages throw, and around nothing else: an act without a page brings its own. */
const failed = (failure: Failure, status: number, args: LoaderFunctionArgs, { otherwise }: Ways): Response =>
  otherwise
    ? failureDocument({ ...failure, back: otherwise(args.params, failure.code) }, status, args)
    : Response.json(failure, { status, headers: retryAfter(failure) })

/** How the same is asked once more, where it may succeed: what was only looked at is looked at again, what was sent is sent again. */
async function laterOf({ code, retryAfterSeconds }: PortalError, request: Request): Promise<Later> {
  if (!NOT_NOW.has(code)) return {}
  const { pathname, search } = new URL(request.url)
  const resend = acts(request) ? await sentFields(request) : null
  return {
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds: Math.ceil(retryAfterSeconds) }),
    // One slash: with two it would be the address of another site.
    ...(acts(request) ? {} : { again: pathname.replace(/^\/+/, '/') + search }),
    ...(resend === null ? {} : { resend }),
  }
}

type Later = Pick<Failure, 'retryAfterSeconds' | 'again' | 'resend'>

const asksForSignIn = (code: ErrorCode) => code === 'sign_in_required' || code === 'fresh_sign_in_required'

/** Nothing typed is ever lost: an act with words in it shows them beside the way to sign in; everything else goes there at once. */
function signInInstead(code: ErrorCode, { request, context }: LoaderFunctionArgs, values: Record<string, string[]>): Response {
  const path = new URL(request.url).pathname
  const isWorthKeeping = Object.values(values).some(words => words.join('').length > WORTH_KEEPING)
  if (context.visitor?.level === 'mailbox' && code === 'sign_in_required' && !isWorthKeeping) return redirect('/enrol', 303)
  if (path.startsWith('/sign-in')) {
    context.endSignInRequest()
    return startAgain(context, wanted(request))
  }
  if (isWorthKeeping) {
    return Response.json({ code, incident: null, values } satisfies Failure, { status: STATUS[code] })
  }
  const why = code === 'fresh_sign_in_required' ? 'fresh' : context.visitor || request.method === 'GET' ? null : 'over'
  return redirect(at('/sign-in', { why, to: pageOf(path) }), 303)
}

/** A step of a sign-in that this browser knows nothing of: it is over, or the browser keeps no cookies and would go in a circle for ever. */
function startAgain(context: PageContext, to: string | null): Response {
  if (context.keepsCookies) return go('/sign-in', { why: 'over', to })
  context.tryCookie()
  return go('/sign-in/cookies', { try: 'yes', to })
}

// Characters; a reason chosen from a list is soon chosen again, a letter is not soon written again.
const WORTH_KEEPING = 40

/** Whether this is a refusal the portal means. By its name: the portal may be loaded as another module graph. */
const isRefusal = (error: unknown): error is PortalError =>
  error instanceof Error && error.name === 'PortalError' && 'code' in error && String(error.code) in STATUS

/** After every act, the browser is sent to a page that may be loaded again without acting again. */
export const go = (path: string, query: Record<string, string | null | undefined> = {}): Response =>
  redirect(at(path, query), 303)

/** A step of signing in has succeeded: the session begins, the sign-in under way ends. */
export function signedIn({ context, request }: LoaderFunctionArgs, started: Started): Response {
  context.startSession(started.sessionToken)
  context.endSignInRequest()
  const aim = firstPage(started, wanted(request))
  return started.recoveryUnderWay ? go('/account/recovery', { to: aim }) : go(aim)
}

const enrolledNow = new WeakSet<PageContext>()

/** Whether this very request has completed an enrolment, so that its page has codes to show and no step to prepare. */
export const isEnrolled = (context: PageContext): boolean => enrolledNow.has(context)

/** A way to sign in was set up: the new session begins, and codes on paper, if there are any, are shown this once. */
export function enrolled(
  args: LoaderFunctionArgs,
  { printedCodes, ...started }: Started & { printedCodes: string[] },
): Response | ShownOnce {
  const isFirst = args.context.visitor?.level !== 'full'
  const to = firstPage(started, wanted(args.request))
  args.context.startSession(started.sessionToken)
  args.context.endSignInRequest()
  if (printedCodes.length === 0) return go(afterEnrolling(to, isFirst))
  enrolledNow.add(args.context)
  return { codes: printedCodes, to, isFirst }
}

/** Whoever has one way in is offered a second: one alone is soon lost. */
export const afterEnrolling = (to: string, isFirst: boolean): string => (isFirst ? at('/enrol/second', { to }) : to)

/** For pages that only act: whoever comes to them by GET (a reload, a link kept) is taken to the page the act belongs to. */
export const backTo = (page: (params: LoaderFunctionArgs['params']) => string) => handled(({ params }) => go(page(params)))

/** A page of one thing, named by a part of this request's path. */
export const pageAt =
  (room: 'messages' | 'sent' | 'replies', param: string) =>
  (params: LoaderFunctionArgs['params']): string =>
    `/${room}/${encodeURIComponent(params[param] ?? '')}`
