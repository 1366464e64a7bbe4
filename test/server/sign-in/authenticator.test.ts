import { generate } from 'otplib'
import { expect, test } from 'vitest'
import { authenticatorCard, matchingStep, newAuthenticatorKey } from '../../../server/sign-in/authenticator.ts'
import { seconds } from '../../../server/time.ts'

/** RFC 6238, appendix B, SHA-1: the ASCII text 12345678901234567890 in base32; the last six of the eight digits. */
const KEY = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const VECTORS: [number, string][] = [
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
]

test.each(VECTORS)('at second %i the code of RFC 6238 is %s', async (second, code) => {
  expect(await matchingStep(KEY, code, seconds(second), 0)).toBe(Math.floor(second / 30))
})

test('the step before counts, the one before that and the next do not', async () => {
  const now = seconds(1_767_225_600)
  const codeAt = (step: number) => generate({ secret: KEY, epoch: now / 1_000 + 30 * step })
  const step = now / seconds(30)
  expect(await matchingStep(KEY, await codeAt(0), now, 0)).toBe(step)
  expect(await matchingStep(KEY, await codeAt(-1), now, 0)).toBe(step - 1)
  expect(await matchingStep(KEY, await codeAt(-2), now, 0)).toBeNull()
  expect(await matchingStep(KEY, await codeAt(1), now, 0)).toBeNull()
  // To the last moment of a step and from the first of the next.
  expect(await matchingStep(KEY, await codeAt(0), now + seconds(60) - 1, 0)).toBe(step)
  expect(await matchingStep(KEY, await codeAt(0), now + seconds(60), 0)).toBeNull()
})

test('a step that was accepted is not accepted again, nor one before it', async () => {
  const now = seconds(1_767_225_600)
  const step = now / seconds(30)
  const current = await generate({ secret: KEY, epoch: now / 1_000 })
  const previous = await generate({ secret: KEY, epoch: now / 1_000 - 30 })
  expect(await matchingStep(KEY, current, now, step)).toBeNull()
  expect(await matchingStep(KEY, previous, now, step - 1)).toBeNull()
  expect(await matchingStep(KEY, current, now, step - 1)).toBe(step)
})

test('a clock that went back behind the last step accepts nothing, and nothing breaks', async () => {
  const now = seconds(1_767_225_600)
  const current = await generate({ secret: KEY, epoch: now / 1_000 })
  expect(await matchingStep(KEY, current, now, now / seconds(30) + 1)).toBeNull()
})

test.each(['', '12345', '1234567', 'abcdef', '12345a', '１２３４５６', '-12345', '1e5', '12.456'])(
  'what is no code (%j) is wrong, and nothing breaks',
  async code => {
    expect(await matchingStep(KEY, code, seconds(59), 0)).toBeNull()
  },
)

test('a code may be typed in two groups', async () => {
  expect(await matchingStep(KEY, '287 082', seconds(59), 0)).toBe(1)
})

test('a key has 160 bits and is never the same', () => {
  const keys = new Set(Array.from({ length: 50 }, newAuthenticatorKey))
  expect(keys.size).toBe(50)
  for (const key of keys) expect(key).toMatch(/^[A-Z2-7]{32}$/)
})

test('the key is shown in groups of four, and as a picture that a strict page may hold', async () => {
  const { secret, uri, qrSvg } = await authenticatorCard(KEY, 'ada@example.com')
  expect(secret).toBe('GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ')
  expect(uri).toMatch(/^otpauth:\/\/totp\/Restante:ada(%40|@)example\.com\?/)
  expect(new URL(uri).searchParams.get('secret')).toBe(KEY)
  expect(new URL(uri).searchParams.get('issuer')).toBe('Restante')
  expect(qrSvg).toMatch(/^<svg [^>]*viewBox=/)
  expect(qrSvg).not.toMatch(/style|script|href|on\w+=|<!|<\?/i)
})
