import { z } from 'zod'
import type { SCOPES } from '../sender.ts'
import { json, type Operation, type Parameter } from './operation.ts'
import { PROBLEM } from './shapes.ts'

const DESCRIPTION = `Deposit messages for people whose mailbox cannot take encrypted mail, follow them, take them back, read the answers.

Errors are problems of RFC 9457. Their \`type\` is \`urn:restante:problem:<code>\` and never changes; \`errors\` points at each field that is
wrong. What belongs to another client answers exactly like what does not exist. Times are RFC 3339; those we answer are in UTC.`

const AUTHENTICATION = {
  apiKey: { type: 'http', scheme: 'bearer', description: 'The API key, or an access token of the token endpoint.' },
  basic: { type: 'http', scheme: 'basic', description: 'The id and the secret of the client.' },
  oauth: {
    type: 'oauth2',
    flows: {
      clientCredentials: {
        tokenUrl: '/api/v1/oauth/token',
        scopes: {
          deposit: 'Deposit, set a new expiry, send notices again',
          read: 'See the state of own deposits',
          retract: 'Take messages back',
          replies: 'Read replies',
        } satisfies Record<(typeof SCOPES)[number], string>,
      },
    },
  },
}

/** The API's description in OpenAPI 3.1, made from the operations themselves. */
function openApi(operations: Operation[], origin: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const operation of operations) {
    const path = paths[operation.path] ?? {}
    path[operation.method.toLowerCase()] = described(operation)
    paths[operation.path] = path
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Restante sender API', version: '1', description: DESCRIPTION },
    servers: [{ url: origin }],
    paths,
    components: { securitySchemes: AUTHENTICATION, schemas: { Problem: schemaOf(PROBLEM, 'output') } },
  }
}

/** The operation that answers the document itself. */
export const showDescription = (operations: () => Operation[], origin: string): Operation => ({
  method: 'GET',
  path: '/api/v1/openapi.json',
  id: 'showDescription',
  summary: 'This document',
  scope: null,
  answer: { status: 200, description: 'OpenAPI 3.1.' },
  run: async () => json(openApi(operations(), origin), 200, { 'cache-control': 'public, max-age=3600' }),
})

function described({
  id,
  summary,
  description,
  scope,
  path,
  query,
  headers,
  body,
  form,
  answer,
}: Operation): Record<string, unknown> {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name: name!,
    description: 'Id.',
    required: true,
    schema: { type: 'string' },
  }))
  const parameters = [...placed('path', inPath), ...placed('query', query ?? []), ...placed('header', headers ?? [])]
  return {
    operationId: id,
    summary,
    ...(description === undefined ? {} : { description }),
    security: scope === null ? [] : [{ apiKey: [] }, { basic: [] }, { oauth: [scope] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: {
              [body.type]: { schema: schemaOf(body.shape, 'input') },
              ...(form === undefined ? {} : { 'multipart/form-data': { schema: schemaOf(form, 'input') } }),
            },
          },
        }),
    responses: {
      [answer.status]: {
        description: answer.description,
        ...(answer.headers === undefined ? {} : { headers: headersOf(answer.headers) }),
        content: {
          [answer.type ?? 'application/json']: answer.shape === undefined ? {} : { schema: schemaOf(answer.shape, 'output') },
        },
      },
      default: {
        description: 'A problem.',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  }
}

const placed = (where: string, parameters: Parameter[]) => parameters.map(parameter => ({ ...parameter, in: where }))

const headersOf = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]))

/** OpenAPI 3.1 takes JSON Schema 2020-12 as it is; only the mark of the dialect is not needed in each place. */
function schemaOf(shape: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(shape, { io, target: 'draft-2020-12' })
  return schema
}
