import type { Operation } from './operation.ts'

/** The page about the API for people: what each operation is for, and where its exact description is. Works in any browser. */
export const showDocs = (operations: () => Operation[], origin: string): Operation => ({
  method: 'GET',
  path: '/api/docs',
  id: 'showDocs',
  summary: 'The API, for people',
  scope: null,
  answer: { status: 200, description: 'A page.', type: 'text/html' },
  run: async () =>
    new Response(page(operations(), origin), {
      headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'public, max-age=3600' },
    }),
})

const page = (operations: Operation[], origin: string): string => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Restante sender API</title></head>
<body>
<h1>Restante sender API</h1>
<p>Every field, with its limits: <a href="/api/v1/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>
<h2>The first deposit</h2>
<pre>${escaped(firstDeposit(origin))}</pre>
<h2>Who may</h2>
<p>Send the API key as <code>Authorization: Bearer …</code>, the client's id and secret as HTTP Basic, or a token of the token
endpoint. What belongs to another client answers exactly like what does not exist.</p>
<h2>When something is wrong</h2>
<p>Errors are problems of RFC 9457. Their <code>type</code> never changes; <code>errors</code> points at each field that is wrong.</p>
${operations.map(section).join('\n')}
</body>
</html>
`

const section = ({
  method,
  path,
  summary,
  description,
  scope,
  query,
  headers,
}: Operation): string => `<h2><code>${method} ${escaped(path)}</code></h2>
<p>${escaped(summary)}.${description === undefined ? '' : ` ${escaped(description)}`}</p>
<p>${scope === null ? 'No credentials needed.' : `Scope: <code>${scope}</code>.`}</p>
${parameters([...(headers ?? []), ...(query ?? [])])}`

const parameters = (all: { name: string; description: string }[]): string =>
  all.length === 0
    ? ''
    : `<dl>${all.map(({ name, description }) => `<dt><code>${escaped(name)}</code></dt><dd>${escaped(description)}</dd>`).join('')}</dl>`

const firstDeposit = (origin: string): string => `curl ${origin}/api/v1/deposits \\
  -H "Authorization: Bearer $API_KEY" -H "Idempotency-Key: $(uuidgen)" -H "Content-Type: application/json" \\
  -d '{ "recipients": [{ "email": "ada@example.com", "name": "Ada Lopez" }],
        "message": { "subject": "Result", "text": "Everything is fine." } }'`

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
