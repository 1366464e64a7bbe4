import { expect, test } from 'vitest'
import { checkOrigin, saidOf } from '../../../server/web/origin.ts'

const ORIGIN = 'https://portal.example'
const post = (headers: Record<string, string>) => new Request(`${ORIGIN}/messages`, { method: 'POST', headers })

test.each([
  ['our own page, by Origin', { origin: ORIGIN }],
  ['our own page, by Sec-Fetch-Site', { 'sec-fetch-site': 'same-origin' }],
  ['our own page in a text browser, by Referer', { referer: `${ORIGIN}/sign-in` }],
])('a change asked for by %s is let through', (_, headers) => {
  expect(saidOf(post(headers as Record<string, string>), ORIGIN)).toBe('ours')
})

test.each([
  ['another site', { origin: 'https://evil.example' }],
  ['a site whose name begins like ours', { origin: 'https://portal.example.evil.example' }],
  ['a page without an origin', { origin: 'null' }],
  ['another port', { origin: 'https://portal.example:8443' }],
  ['plain http', { origin: 'http://portal.example' }],
  ['a cross-site fetch without Origin', { 'sec-fetch-site': 'cross-site' }],
  ['a sister site', { 'sec-fetch-site': 'same-site' }],
  ['a sister site that forges Origin by a bug', { 'sec-fetch-site': 'same-site', origin: ORIGIN }],
  ['a referrer that begins like us', { referer: 'https://portal.example.evil.example/' }],
  ['nobody, as no page is asked', { 'sec-fetch-site': 'none' }],
])('a change asked for by %s is refused', (_, headers) => {
  expect(saidOf(post(headers as Record<string, string>), ORIGIN)).toBe('foreign')
})

test('a program without a browser may call the API, a browser on another site may not', () => {
  expect(() => checkOrigin(post({}), ORIGIN)).not.toThrow()
  expect(() => checkOrigin(post({ 'sec-fetch-site': 'none' }), ORIGIN)).not.toThrow()
  expect(() => checkOrigin(post({ origin: 'https://evil.example' }), ORIGIN)).toThrow(
    expect.objectContaining({ code: 'wrong_origin' }),
  )
})

test('who says nothing is told apart from who says that they come from us: something else must show it then', () => {
  expect(saidOf(post({}), ORIGIN)).toBe('nothing')
  expect(saidOf(post({ origin: ORIGIN }), ORIGIN)).toBe('ours')
})

test('looking is never refused', () => {
  const get = new Request(`${ORIGIN}/messages`, { headers: { origin: 'https://evil.example' } })
  expect(saidOf(get, ORIGIN)).toBe('ours')
  expect(() => checkOrigin(get, ORIGIN)).not.toThrow()
})
