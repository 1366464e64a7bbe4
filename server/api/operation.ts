import type { z } from 'zod'
import type { AuthenticatedClient } from '../asking.ts'
import { PortalError } from '../errors.ts'
import type { Portal } from '../portal.ts'
import type { Scope } from '../sender.ts'
import type { Problem } from './problem.ts'

/** One request as an operation sees it. */
export interface Call {
  request: Request
  url: URL
  portal: Portal
  /** What stands in the path where the pattern has `{…}`, in order. */
  params: string[]
  /** @throws PortalError `unauthorized` */
  client(): Promise<AuthenticatedClient>
  /** What somebody is told of an error inside an answer that is none; unmeant ones are logged under a number. */
  explain(error: unknown): Problem
}

/** One thing the API does. The router and the OpenAPI document are both made from these, so that neither knows more than the other. */
export interface Operation {
  method: 'GET' | 'POST' | 'PATCH'
  /** `{name}` stands for one segment of letters, digits and underscores. */
  path: string
  id: string
  summary: string
  description?: string
  /** What the credentials must include; null: anyone may. */
  scope: Scope | null
  /** Looking leaves an entry in the trail, so HEAD, which shows nothing, is not answered. */
  recordsLooks?: true
  query?: Parameter[]
  headers?: Parameter[]
  body?: { type: string; shape: z.ZodType }
  /** The same as `multipart/form-data`, with files as parts. */
  form?: z.ZodType
  answer: { status: number; description: string; type?: string; shape?: z.ZodType; headers?: Record<string, string> }
  run(call: Call): Promise<Response>
}

export interface Parameter {
  name: string
  description: string
  required: boolean
  schema: Record<string, unknown>
}

export const json = (value: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  jsonText(JSON.stringify(value), status, headers)

export const jsonText = (text: string, status: number, headers: Record<string, string> = {}): Response =>
  new Response(text, { status, headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers } })

const DEFAULT_PAGE = 50
const LONGEST_PAGE = 100

export const PAGE_PARAMETERS: Parameter[] = [
  {
    name: 'after',
    description: '`next` of the page before.',
    required: false,
    schema: { type: 'string' },
  },
  {
    name: 'limit',
    description: 'How many to answer at most.',
    required: false,
    schema: { type: 'integer', minimum: 1, maximum: LONGEST_PAGE, default: DEFAULT_PAGE },
  },
]

/**
 * The page that is asked for.
 *
 * @param others - names of further parameters; any other is refused, for a mistyped filter would answer everything.
 * @throws PortalError `invalid`.
 */
export function pageOf({ searchParams }: URL, others: string[] = []): { after: string | undefined; limit: number } {
  const known = ['after', 'limit', ...others]
  const fields = [...new Set(searchParams.keys())]
    .filter(name => !known.includes(name) || searchParams.getAll(name).length > 1)
    .map(name => ({
      field: name.slice(0, 100),
      problem: known.includes(name) ? 'Give it once.' : 'This parameter is not known here.',
    }))
  const after = searchParams.get('after') ?? undefined
  if (after !== undefined && !/^[a-z]{3}_[0-9a-z]{1,40}$/.test(after))
    fields.push({ field: 'after', problem: 'Give the id of the last one seen.' })
  const asked = searchParams.get('limit') ?? String(DEFAULT_PAGE)
  const limit = /^\d{1,3}$/.test(asked) ? Number(asked) : 0
  if (limit < 1 || limit > LONGEST_PAGE) fields.push({ field: 'limit', problem: `Give a number from 1 to ${LONGEST_PAGE}.` })
  if (fields.length > 0) throw new PortalError('invalid', 'Some parameters are not right.', { fields })
  return { after, limit }
}

/** The cursor after a page: null once a page was not full. */
export const nextAfter = (page: { id: string }[], limit: number): string | null => (page.length < limit ? null : page.at(-1)!.id)
