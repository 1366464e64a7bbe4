import { expect } from 'vitest'
import { handleApi } from '../../server/api/handler.ts'
import { PROBLEM } from '../../server/api/shapes.ts'
import { createClient } from '../../server/client-credentials.ts'
import { newSecret } from '../../server/ids.ts'
import { SCOPES, type Scope } from '../../server/sender.ts'
import type { Clinic, Patient } from './clinic.ts'
import { clinicPortal } from './people.ts'
import { ORIGIN } from './whole-portal.ts'

/** What the API answered. */
export interface ApiAnswer {
  status: number
  headers: Headers
  text: string
  /** The body, read as JSON; empty when it is none. */
  json: Record<string, unknown>
}

export interface ApiOptions {
  /** Sent as JSON; a string, bytes, a form or a stream are sent as they are. */
  body?: unknown
  headers?: Record<string, string>
}

/** A system that talks to the API with its own credentials. */
export interface ApiClient {
  id: string
  apiKey: string
  secret: string
  call(method: string, path: string, options?: ApiOptions): Promise<ApiAnswer>
  /** Deposits with a fresh key. */
  deposits(body: unknown, headers?: Record<string, string>): Promise<ApiAnswer>
}

/** Registers a system with the clinic. */
export async function apiClient(clinic: Clinic, scopes: readonly Scope[] = SCOPES, name = 'Laboratory'): Promise<ApiClient> {
  const made = await createClient(clinic.parts, { organization: clinic.organization.id, name, scopes: [...scopes] })
  const bearer = { authorization: `Bearer ${made.apiKey}` }
  const call: ApiClient['call'] = (method, path, { body, headers } = {}) =>
    apiCall(clinic, method, path, { body, headers: { ...bearer, ...headers } })
  return {
    id: made.client.id,
    apiKey: made.apiKey,
    secret: made.secret,
    call,
    deposits: (body, headers) =>
      call('POST', '/api/v1/deposits', { body, headers: { 'idempotency-key': newSecret(), ...headers } }),
  }
}

/** A request of nobody in particular. */
export async function apiCall(
  clinic: Clinic,
  method: string,
  path: string,
  { body, headers = {} }: ApiOptions = {},
): Promise<ApiAnswer> {
  const ownType = body instanceof FormData || body instanceof ReadableStream
  const raw = ownType || typeof body === 'string' || body instanceof Uint8Array
  const sent = body === undefined ? {} : { body: raw ? (body as BodyInit) : JSON.stringify(body) }
  const type: Record<string, string> = body === undefined || ownType ? {} : { 'content-type': 'application/json' }
  const request = new Request(ORIGIN + path, { method, headers: { ...type, ...headers }, ...sent, duplex: 'half' } as RequestInit)
  const response = await handleApi(request, clinic.portal, { origin: ORIGIN, log: clinic.parts.log, clock: clinic.clock.read })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') && text !== ''
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : {} }
}

/** A problem of this kind, whole and in its own media type. */
export function expectProblem(answer: ApiAnswer, status: number, code: string): void {
  const { headers, json } = answer
  expect({ status: answer.status, type: json.type, media: headers.get('content-type') }).toEqual({
    status,
    type: `urn:restante:problem:${code}`,
    media: 'application/problem+json',
  })
  PROBLEM.parse(json)
}

/** A clinic with a system of its own beside the gateway, and the person it writes to. */
export async function laboratory(): Promise<{ clinic: Clinic; lab: ApiClient; ada: Patient }> {
  const clinic = await clinicPortal()
  return { clinic, lab: await apiClient(clinic), ada: clinic.patient('Ada Lopez', 'ada@example.com') }
}

export const DEPOSITS = '/api/v1/deposits'

/** A deposit as a system would send it. */
export const depositJson = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  recipients: [{ email: 'ada@example.com', name: 'Ada Lopez', language: 'es' }],
  message: { subject: 'Result', text: 'Everything is fine.' },
  reference: 'LAB-2026-001',
  ...changes,
})
