import { expect, test } from 'vitest'
import { protect, type ResponseKind } from '../../../server/web/headers.ts'

const protectedHeaders = (kind: ResponseKind, origin = 'https://portal.example', before: Record<string, string> = {}) => {
  const response = new Response('x', { headers: before })
  protect(response, kind, { origin, nonce: 'abc' })
  return response.headers
}

test.each<ResponseKind>(['page', 'download', 'asset', 'data'])('a %s cannot be framed, sniffed or read by another site', kind => {
  const headers = protectedHeaders(kind)
  expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
  expect(headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(headers.get('content-security-policy')).not.toContain('unsafe')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('referrer-policy')).toBe('same-origin')
  expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
  expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
  expect(headers.get('strict-transport-security')).toContain('max-age=')
})

test('a page runs only scripts that carry its own nonce', () => {
  expect(protectedHeaders('page').get('content-security-policy')).toContain("script-src 'nonce-abc' 'strict-dynamic'")
})

test('no page and no download is kept by a browser or proxy, whatever its handler said', () => {
  expect(protectedHeaders('page', undefined, { 'cache-control': 'public' }).get('cache-control')).toBe('no-store')
  expect(protectedHeaders('download', undefined, { 'cache-control': 'public' }).get('cache-control')).toBe('no-store')
  expect(protectedHeaders('data').get('cache-control')).toBe('no-store')
})

test('a download that is shown all the same is in a sandbox', () => {
  expect(protectedHeaders('download').get('content-security-policy')).toMatch(/^sandbox;/)
})

test('on plain http nothing promises https', () => {
  expect(protectedHeaders('page', 'http://localhost:3000').has('strict-transport-security')).toBe(false)
})
