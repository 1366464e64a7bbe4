import { PortalError } from '../errors.ts'
import { SCOPES, type Scope } from '../sender.ts'
import { bodyBytes, requireType } from './body.ts'
import { json, type Operation } from './operation.ts'
import { problemOf, problemResponse, refusalIn } from './problem.ts'
import { TOKEN_ANSWER, TOKEN_REQUEST } from './shapes.ts'

const FORM = 'application/x-www-form-urlencoded'
const LONGEST_FORM = 16_384

/** A refusal with the code that OAuth has for it. */
class TokenRefusal extends PortalError {
  readonly oauth: string
  constructor(oauth: string, sentence: string) {
    super('malformed', sentence)
    this.oauth = oauth
  }
}

export const issueToken: Operation = {
  method: 'POST',
  path: '/api/v1/oauth/token',
  id: 'issueToken',
  summary: 'OAuth 2.0 client credentials: a bearer token for an hour',
  description: 'The client proves itself by HTTP Basic or by client_id and client_secret in the form, not by both.',
  scope: null,
  body: { type: FORM, shape: TOKEN_REQUEST },
  answer: { status: 200, description: 'The token.', shape: TOKEN_ANSWER },
  async run({ request, portal, url }) {
    try {
      requireType(request, FORM)
      const form = readForm(await bodyBytes(request, LONGEST_FORM))
      if (form.get('grant_type') !== 'client_credentials') {
        throw new TokenRefusal(
          form.has('grant_type') ? 'unsupported_grant_type' : 'invalid_request',
          'Send grant_type=client_credentials.',
        )
      }
      const client = await portal.authenticateClient(authorizationOf(request, form))
      const { token, expiresInSeconds, scopes } = await portal.issueAccessToken(client, scopesOf(form))
      return json({ access_token: token, token_type: 'Bearer', expires_in: expiresInSeconds, scope: scopes.join(' ') }, 200, {
        pragma: 'no-cache', // RFC 6749, section 5.1
      })
    } catch (error) {
      return withOauthCode(error, url.origin)
    }
  },
}

/** RFC 6749, section 3.2: no parameter more than once. */
function readForm(bytes: Uint8Array): URLSearchParams {
  const form = new URLSearchParams(Buffer.from(bytes).toString('utf8'))
  const names = [...form.keys()]
  if (new Set(names).size !== names.length) throw new TokenRefusal('invalid_request', 'Send each parameter once.')
  return form
}

function authorizationOf(request: Request, form: URLSearchParams): string | null {
  const header = request.headers.get('authorization')
  const secret = form.get('client_secret')
  if (secret === null) return basicOnly(header)
  if (header !== null) throw new TokenRefusal('invalid_request', 'Authenticate in one way, not in two.')
  const pair = [form.get('client_id') ?? '', secret].map(encodeURIComponent).join(':')
  return `Basic ${Buffer.from(pair).toString('base64')}`
}

/** A bearer token must not buy another one: it could be renewed forever. */
const basicOnly = (header: string | null): string | null => (header !== null && /^basic /i.test(header) ? header : null)

function scopesOf(form: URLSearchParams): Scope[] {
  const asked = (form.get('scope') ?? '').split(' ').filter(word => word !== '')
  const unknown = asked.some(word => !(SCOPES as readonly string[]).includes(word))
  if (unknown) throw new TokenRefusal('invalid_scope', `Ask for some of: ${SCOPES.join(' ')}.`)
  return asked as Scope[]
}

/** OAuth clients look for `error` (RFC 6749, section 5.2); everybody else finds the problem they know. */
async function withOauthCode(error: unknown, origin: string): Promise<Response> {
  const refusal = refusalIn(error)
  if (refusal === null) throw error
  const response = problemResponse(refusal, origin)
  const status = refusal.code === 'invalid' ? 400 : response.status
  return new Response(JSON.stringify({ ...problemOf(refusal), status, error: oauthCode(refusal) }), {
    status,
    headers: response.headers,
  })
}

function oauthCode(refusal: PortalError): string {
  if ('oauth' in refusal && typeof refusal.oauth === 'string') return refusal.oauth
  if (refusal.code === 'unauthorized') return 'invalid_client'
  return refusal.code === 'invalid' ? 'invalid_scope' : 'invalid_request'
}
