import { type ErrorCode, type FieldError, isPortalError, PortalError } from '../errors.ts'

/** Codes of problems that only HTTP has. */
type ProblemCode = ErrorCode | 'method_not_allowed' | 'range_not_satisfiable' | 'internal'

/** The one table: what each refusal is called and answered with. Types never change; add to them. */
const PROBLEMS: Record<ProblemCode, { status: number; title: string }> = {
  invalid: { status: 422, title: 'Some fields are not right' },
  malformed: { status: 400, title: 'The request cannot be read' },
  too_large: { status: 413, title: 'Too large' },
  unsupported_type: { status: 415, title: 'This media type is not taken here' },
  undecipherable: { status: 422, title: 'The sealed content cannot be opened' },
  idempotency_key_missing: { status: 400, title: 'Idempotency-Key is missing' },
  idempotency_key_reused: { status: 422, title: 'Idempotency-Key was used for another request' },
  idempotency_running: { status: 409, title: 'The same request is just being worked on' },
  unauthorized: { status: 401, title: 'Credentials are missing or not valid' },
  sign_in_required: { status: 401, title: 'Sign in first' },
  fresh_sign_in_required: { status: 403, title: 'Sign in again first' },
  forbidden: { status: 403, title: 'Not allowed' },
  wrong_origin: { status: 403, title: 'The request came from another site' },
  wrong_code: { status: 422, title: 'Wrong code' },
  wrong_sign_in: { status: 401, title: 'Sign-in failed' },
  too_many_attempts: { status: 429, title: 'Too many attempts' },
  confirmation_required: { status: 403, title: 'Confirmation needed' },
  not_found: { status: 404, title: 'Not found' },
  gone: { status: 410, title: 'No longer kept' },
  expired: { status: 410, title: 'Expired' },
  retracted: { status: 410, title: 'Taken back' },
  conflict: { status: 409, title: 'Not possible as things stand' },
  too_many_requests: { status: 429, title: 'Too many requests' },
  busy: { status: 503, title: 'Busy' },
  tampered: { status: 500, title: 'What is kept does not verify' },
  unavailable: { status: 503, title: 'Not available now' },
  no_space: { status: 507, title: 'No room left' },
  misconfigured: { status: 500, title: 'The portal is not set up right' },
  method_not_allowed: { status: 405, title: 'This method is not allowed here' },
  range_not_satisfiable: { status: 416, title: 'There is no such part of the file' },
  internal: { status: 500, title: 'Something went wrong on our side' },
}

export const PROBLEM_CODES = Object.keys(PROBLEMS) as ProblemCode[]

/** Body of an answer that is a problem: RFC 9457. */
export interface Problem {
  /** `urn:restante:problem:<code>`: the same on every installation, now and later. For programs. */
  type: string
  title: string
  status: number
  /** For people. Names nothing that was asked for: the answer for somebody else's deposit equals the one for none, byte for byte. */
  detail: string
  /** Number of an incident, to be found in the log. */
  instance?: string
  errors?: { pointer: string; detail: string }[]
}

/** A refusal as a problem. Never an error we did not mean: those go through {@link incidentProblem}. */
export function problemOf({ code, message, fields }: PortalError): Problem {
  const errors = fields.map(({ field, problem }: FieldError) => ({ pointer: field, detail: problem }))
  return { ...problem(code, message), ...(errors.length === 0 ? {} : { errors }) }
}

/** What is said of an error nobody meant: a number to ask about. Its text is in the log alone. */
export const incidentProblem = (incident: string): Problem => ({
  ...problem('internal', `If you ask us about it, give this number: ${incident}.`),
  instance: `urn:restante:incident:${incident}`,
})

const problem = (code: ProblemCode, detail: string): Problem => ({
  type: `urn:restante:problem:${code}`,
  title: PROBLEMS[code].title,
  status: PROBLEMS[code].status,
  detail,
})

/** A refusal as a response, for the API and for whatever else answers programs. */
export function problemResponse(error: PortalError, origin: string): Response {
  const headers: Record<string, string> = {}
  if (error.retryAfterSeconds !== undefined) headers['retry-after'] = String(Math.ceil(error.retryAfterSeconds))
  if (error.code === 'unauthorized') {
    headers['www-authenticate'] = `Bearer realm="${origin}", Basic realm="${origin}", charset="UTF-8"`
  }
  return respond(problemOf(error), headers)
}

/** @param allowed - methods that do something at this address. */
export const methodNotAllowed = (allowed: string[]): Response =>
  respond(problem('method_not_allowed', `Use one of: ${allowed.join(', ')}.`), { allow: allowed.join(', ') })

/** @param size - bytes of the whole, for which another part can be asked. */
export const rangeNotSatisfiable = (size: number): Response =>
  respond(problem('range_not_satisfiable', 'The file ends before the part that was asked for.'), {
    'content-range': `bytes */${size}`,
  })

export const problemAnswer = (problem: Problem): Response => respond(problem, {})

export const nothingHere = (): PortalError => new PortalError('not_found', 'There is nothing at this address.')

/** Of whatever was thrown, the refusal that was meant; null for anything else. */
export const refusalIn = (error: unknown): PortalError | null => (isPortalError(error) ? error : null)

const respond = (body: Problem, headers: Record<string, string>): Response =>
  new Response(JSON.stringify(body), {
    status: body.status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers },
  })
