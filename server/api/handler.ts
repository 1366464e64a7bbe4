import type { AuthenticatedClient } from '../asking.ts'
import { PortalError } from '../errors.ts'
import { newId } from '../ids.ts'
import { requireScope } from '../own-deposit.ts'
import type { Log } from '../parts.ts'
import type { Portal } from '../portal.ts'
import type { Clock, Instant } from '../time.ts'
import { makeDeposits } from './batch.ts'
import { extendDeposit, listDeposits, makeDeposit, showDeposit } from './deposits.ts'
import { showDocs } from './docs.ts'
import { publishKeys } from './jwks.ts'
import { sendNoticesAgain } from './notices.ts'
import { showDescription } from './openapi.ts'
import type { Operation } from './operation.ts'
import {
  incidentProblem,
  methodNotAllowed,
  nothingHere,
  type Problem,
  problemAnswer,
  problemOf,
  problemResponse,
  refusalIn,
} from './problem.ts'
import { fetchReplyAttachment, listReplies, showReply } from './replies.ts'
import { retractDeposit } from './retraction.ts'
import { issueToken } from './token.ts'

/** Where the API stands. */
export interface ApiSurroundings {
  origin: string
  log: Log
  clock: Clock
}

/** Everything the API does. */
export function operations(origin: string): Operation[] {
  const known = operationsOf.get(origin)
  if (known !== undefined) return known
  const all: Operation[] = [
    makeDeposit,
    listDeposits,
    makeDeposits,
    showDeposit,
    extendDeposit,
    retractDeposit,
    sendNoticesAgain,
    listReplies,
    showReply,
    fetchReplyAttachment,
    issueToken,
    publishKeys,
    showDescription(() => all, origin),
    showDocs(() => all, origin),
  ]
  operationsOf.set(origin, all)
  return all
}

/** A process has one origin; tests have some. */
const operationsOf = new Map<string, Operation[]>()

/**
 * Answers a request to the sender API: everything below `/api/` and `/.well-known/`. Never rejects; every error is a problem of RFC
 * 9457, and one nobody meant is a number whose meaning is in the log alone.
 */
export async function handleApi(request: Request, portal: Portal, surroundings: ApiSurroundings): Promise<Response> {
  const explain = explainer(surroundings)
  try {
    const response = await answer(request, portal, surroundings, explain)
    return request.method === 'HEAD' ? withoutBody(response) : response
  } catch (error) {
    const meant = request.signal.aborted ? brokenOff() : error
    const problem = explain(meant)
    const refusal = refusalIn(meant)
    return refusal === null ? problemAnswer(problem) : problemResponse(refusal, surroundings.origin)
  }
}

async function answer(
  request: Request,
  portal: Portal,
  { origin, clock }: ApiSurroundings,
  explain: (error: unknown) => Problem,
): Promise<Response> {
  const url = new URL(request.url)
  const matches = operations(origin).flatMap(operation => {
    const params = paramsOf(operation.path, url.pathname)
    return params === null ? [] : [{ operation, params }]
  })
  if (matches.length === 0) throw nothingHere()
  const match = matches.find(({ operation }) => methodsOf(operation).includes(request.method))
  if (match === undefined) return methodNotAllowed(allowedMethods(matches.map(({ operation }) => operation)))
  return match.operation.run({
    request,
    url,
    portal,
    params: match.params,
    client: remembered(() => authenticated(request, portal, match.operation), clock),
    explain,
  })
}

/** Who is asked for several times while a request lasts, and credentials end within a second: what was true a moment ago still holds. */
const REMEMBERED = 200

function remembered(ask: () => Promise<AuthenticatedClient>, clock: Clock): () => Promise<AuthenticatedClient> {
  let last: { client: AuthenticatedClient; at: Instant } | null = null
  return async () => {
    const now = clock()
    if (last !== null && Math.abs(now - last.at) < REMEMBERED) return last.client
    last = { client: await ask(), at: now }
    return last.client
  }
}

/** Who asks, once it is certain that these credentials reach that far; the use cases ask the same again, of everybody. */
async function authenticated(request: Request, portal: Portal, { scope }: Operation): Promise<AuthenticatedClient> {
  const client = await portal.authenticateClient(request.headers.get('authorization'))
  if (scope !== null) requireScope(client, scope)
  return client
}

/** What stands for `{…}`; null when the path is another. Ids hold letters, digits and underscores: anything else is nowhere. */
function paramsOf(pattern: string, path: string): string[] | null {
  const [wanted, given] = [pattern.split('/'), path.split('/')]
  if (wanted.length !== given.length) return null
  const params: string[] = []
  for (const [i, segment] of wanted.entries()) {
    if (segment === given[i]) continue
    if (!segment.startsWith('{') || !/^\w{1,64}$/.test(given[i]!)) return null
    params.push(given[i]!)
  }
  return params
}

const methodsOf = ({ method, recordsLooks }: Operation): string[] =>
  method === 'GET' && !recordsLooks ? ['GET', 'HEAD'] : [method]

const allowedMethods = (matching: Operation[]): string[] => [...new Set(matching.flatMap(methodsOf))].sort()

const withoutBody = (response: Response): Response => {
  void response.body?.cancel()
  return new Response(null, response)
}

function explainer({ log, clock }: ApiSurroundings): (error: unknown) => Problem {
  return error => {
    const refusal = refusalIn(error)
    // Something is wrong with what we keep or how we are set up: an operator must hear of it.
    if (refusal !== null && problemOf(refusal).status === 500) log.error('api.refused', refusal, { code: refusal.code })
    if (refusal !== null) return problemOf(refusal)
    const incident = newId('inc', clock())
    log.error('api.failed', error, { incident })
    return incidentProblem(incident)
  }
}

const brokenOff = (): PortalError => new PortalError('malformed', 'The request broke off.')
