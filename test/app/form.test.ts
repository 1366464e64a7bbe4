import type { AppLoadContext } from '@remix-run/node'
import { expect, test } from 'vitest'
import { form, keptValues } from '../../app/form.ts'

function sent(values: Record<string, string | Blob>) {
  const body = new FormData()
  for (const [name, value] of Object.entries({ form_token: 'right', ...values })) body.append(name, value)
  const request = new Request('http://localhost:3000/compose', { method: 'POST', body })
  return { request, context: { formTokenFits: (word: string) => word === 'right' } as unknown as AppLoadContext }
}

test('a form gives each field as its kind', async () => {
  const file = new File(['hello'], 'plan.txt', { type: 'text/plain' })
  const asked = sent({
    name: '  Ada Lopez ',
    text: 'One\r\nTwo',
    code: '123 456',
    passphrase: ' four words ',
    reply: 'yes',
    files: file,
  })
  const kinds = {
    name: 'line',
    text: 'text',
    code: 'code',
    passphrase: 'secret',
    reply: 'yes',
    other: 'yes',
    files: 'files',
    picks: 'choices',
  } as const
  const values = await form(asked, kinds)
  expect({ ...values, files: values.files.map(({ name, bytes }) => [name, Buffer.from(bytes).toString()]) }).toEqual({
    name: 'Ada Lopez',
    text: 'One\nTwo',
    code: '123456',
    passphrase: ' four words ',
    reply: true,
    other: false,
    files: [['plan.txt', 'hello']],
    picks: [],
  })
})

test.each([
  ['another site', { form_token: 'wrong' }],
  ['a file in its place', { form_token: new Blob(['right']) }],
])('a form with the word of %s is refused', async (_what, values) => {
  await expect(form(sent(values), {})).rejects.toMatchObject({ code: 'wrong_origin' })
})

test('a form without any word is refused', async () => {
  const { context } = sent({})
  const request = new Request('http://localhost:3000/', { method: 'POST', body: new URLSearchParams({ name: 'Ada' }) })
  await expect(form({ request, context }, { name: 'line' })).rejects.toMatchObject({ code: 'wrong_origin' })
})

test('empty fields are named, all at once; those with a question mark may be empty', async () => {
  const asked = sent({ name: ' ', text: '\n', note: '' })
  await expect(form(asked, { name: 'line', text: 'text', note: 'text?' })).rejects.toMatchObject({
    code: 'invalid',
    fields: [{ field: 'name' }, { field: 'text' }],
  })
})

test.each([
  ['a line of 1,001 characters', { name: 'a'.repeat(1_001) }],
  ['a text of 100,001 characters', { name: 'Ada', text: 'a'.repeat(100_001) }],
  ['more than 20 MB of files', { name: 'Ada', files: new Blob([new Uint8Array(20_000_001)]) }],
])('%s is too large', async (_what, values) => {
  await expect(form(sent(values), { name: 'line' })).rejects.toMatchObject({ code: 'too_large' })
})

test.each([
  [
    'no form at all',
    new Request('http://localhost:3000/', { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }),
  ],
  [
    'a form that breaks off',
    new Request('http://localhost:3000/', {
      method: 'POST',
      body: '--x\r\n',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
    }),
  ],
])('%s is refused as malformed', async (_what, request) => {
  await expect(form({ request, context: sent({}).context }, {})).rejects.toMatchObject({ code: 'malformed' })
})

const manyFields = Array.from({ length: 300 }, (_, i) => [`field${i}`, 'x'] as [string, string])
const inParts = new FormData()
for (const [name, value] of manyFields) inParts.append(name, value)

test.each([
  ['words', new URLSearchParams(manyFields)],
  ['parts', inParts],
])('a form of more %s than any of ours has is not taken apart, nor shown again', async (_what, body) => {
  const request = new Request('http://localhost:3000/', { method: 'POST', body })
  await expect(form({ request, context: sent({}).context }, {})).rejects.toMatchObject({ code: 'too_large' })
  expect(await keptValues(request)).toEqual({})
})

test('a boundary that is written strangely hides no parts', async () => {
  const body = Buffer.from(`${'--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'.repeat(300)}--B--`)
  const headers = { 'content-type': 'multipart/form-data; boundary="B"; boundary=X' }
  const request = new Request('http://localhost:3000/', { method: 'POST', body, headers })
  await expect(form({ request, context: sent({}).context }, {})).rejects.toMatchObject({ code: 'too_large' })
})

test('a field with the name of a prototype is a field like any other', async () => {
  const asked = sent({ text: 'Dear all' })
  const body = new URLSearchParams([
    ['form_token', 'right'],
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ])
  const request = new Request('http://localhost:3000/', { method: 'POST', body })
  await form({ request, context: asked.context }, {})
  const kept = await keptValues(request)
  expect(Object.getPrototypeOf(kept)).toBe(Object.prototype)
  expect(Object.entries(kept)).toEqual([
    ['__proto__', ['x']],
    ['constructor', ['y']],
  ])
})

test('the button that was pressed says which field it is, and what of', async () => {
  const asked = sent({ text: 'Hello', 'step=check': '' })
  expect(await form(asked, { text: 'text', step: 'line' })).toEqual({ text: 'Hello', step: 'check' })
  expect(await keptValues(asked.request)).toEqual({ text: ['Hello'], step: ['check'] })
})

test('the answer of a passkey must be JSON', async () => {
  expect(await form(sent({ response: '{"id":"x"}' }), { response: 'json' })).toEqual({ response: { id: 'x' } })
  await expect(form(sent({ response: '{' }), { response: 'json' })).rejects.toMatchObject({ code: 'malformed' })
})

test('what was typed is kept for showing again, but no passphrase, no passkey and no file', async () => {
  const asked = sent({ text: 'Dear all', passphrase: 'four words', response: '{}', files: new File(['x'], 'x.txt') })
  await form(asked, {})
  expect(await keptValues(asked.request)).toEqual({ text: ['Dear all'] })
})
