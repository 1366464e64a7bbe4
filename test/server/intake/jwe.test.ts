import fc from 'fast-check'
import { CompactEncrypt, compactDecrypt, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import type { DepositKey } from '../../../server/deposit-key.ts'
import { DEPOSIT_KEY_LIFETIME, newDepositKey, openJwe, publicJwk } from '../../../server/intake/jwe.ts'
import { NEW_YEAR } from '../../support/storage.ts'

const CTY = 'application/vnd.restante.message+json'
const PLAINTEXT = Buffer.from('{"subject":"Result","text":"Fine."}')

let keys: Record<'X25519' | 'P-256', DepositKey>
beforeAll(async () => {
  keys = { X25519: await newDepositKey('X25519', NEW_YEAR), 'P-256': await newDepositKey('P-256', NEW_YEAR) }
})

const find = async (kid: string) => Object.values(keys).find(key => key.kid === kid) ?? null
const open = (jwe: string, now = NEW_YEAR) => openJwe(jwe, find, now)

interface Sealing {
  to?: DepositKey
  header?: Record<string, unknown>
  plaintext?: Uint8Array
}

async function sealed({ to = keys.X25519, header = {}, plaintext = PLAINTEXT }: Sealing = {}): Promise<string> {
  const protectedHeader = { alg: 'ECDH-ES+A256KW', enc: 'A256GCM', kid: to.kid, cty: CTY, ...header }
  const key = await importJWK(publicJwk(to) as JWK, protectedHeader.alg)
  return new CompactEncrypt(plaintext).setProtectedHeader(protectedHeader).encrypt(key)
}

/** The same JWE with something else in its header: its tag cannot be right any more, but that must not be what refuses it first. */
function reheaded(jwe: string, change: (header: Record<string, unknown>) => unknown): string {
  const [head = '', ...rest] = jwe.split('.')
  const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as Record<string, unknown>
  const changed = change(header)
  return [Buffer.from(typeof changed === 'string' ? changed : JSON.stringify(changed)).toString('base64url'), ...rest].join('.')
}

const segment = (jwe: string, index: number, change: (part: string) => string): string =>
  jwe
    .split('.')
    .map((part, i) => (i === index ? change(part) : part))
    .join('.')

describe('opened', () => {
  test.each(['X25519', 'P-256'] as const)('what was sealed to our %s key', async curve => {
    expect(Buffer.from(await open(await sealed({ to: keys[curve] })))).toEqual(PLAINTEXT)
  })

  test.each(['X25519', 'P-256'] as const)(
    'what jose seals to our %s key, whatever it is, as jose itself opens it',
    async curve => {
      const key = await importJWK(keys[curve].privateJwk as JWK, 'ECDH-ES+A256KW')
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.boolean(), async (plaintext, isTampered) => {
          const whole = await sealed({ to: keys[curve], plaintext })
          const jwe = isTampered ? segment(whole, 4, flipped) : whole
          const opened = (work: Promise<Uint8Array>) =>
            work.then(
              bytes => Buffer.from(bytes).toString('hex'),
              () => 'refused',
            )
          expect(await opened(open(jwe))).toBe(await opened(compactDecrypt(jwe, key).then(result => result.plaintext)))
        }),
        { numRuns: 25 },
      )
    },
  )

  test('with the short form of the content type, and a typ', async () => {
    const jwe = await sealed({ header: { cty: 'vnd.restante.message+json', typ: 'JOSE' } })
    expect(Buffer.from(await open(jwe))).toEqual(PLAINTEXT)
  })

  test('until the last millisecond of the key', async () => {
    expect(Buffer.from(await open(await sealed(), NEW_YEAR + DEPOSIT_KEY_LIFETIME - 1))).toEqual(PLAINTEXT)
  })
})

describe('refused with the same error, whatever is wrong', () => {
  const BAD: [string, () => Promise<string> | string][] = [
    ['nothing', () => ''],
    ['one word', () => 'hello'],
    ['four segments', async () => (await sealed()).split('.').slice(0, 4).join('.')],
    ['six segments', async () => `${await sealed()}.AA`],
    ['padding', async () => segment(await sealed(), 4, tag => `${tag}==`)],
    ['white space', async () => segment(await sealed(), 3, text => `${text} `)],
    ['a line break', async () => `${await sealed()}\n`],
    ['stray last bits', async () => segment(await sealed(), 4, tag => tag.slice(0, -1) + strayed(tag.at(-1)!))],
    ['the other alphabet', async () => segment(await sealed(), 1, () => '++//'.repeat(13) + '++//'.slice(0, 2))],
    ['a header that is no JSON', async () => reheaded(await sealed(), () => '{')],
    ['a header that is an array', async () => reheaded(await sealed(), () => [])],
    ['a header key twice', async () => reheaded(await sealed(), header => JSON.stringify(header).replace('{', '{"alg":"dir",'))],
    ['a header of more than 4 kB', async () => reheaded(await sealed(), header => ({ ...header, typ: 'x'.repeat(5_000) }))],
    ['dir', async () => reheaded(await sealed(), header => ({ ...header, alg: 'dir' }))],
    ['ECDH-ES without wrapping', async () => sealed({ header: { alg: 'ECDH-ES' } })],
    ['A128KW', async () => sealed({ header: { alg: 'ECDH-ES+A128KW' } })],
    [
      'PBES2',
      async () => reheaded(await sealed(), header => ({ ...header, alg: 'PBES2-HS256+A128KW', p2c: 1_000_000, p2s: 'AAAA' })),
    ],
    ['RSA1_5', async () => reheaded(await sealed(), header => ({ ...header, alg: 'RSA1_5' }))],
    ['RSA-OAEP', async () => reheaded(await sealed(), header => ({ ...header, alg: 'RSA-OAEP-256' }))],
    ['none', async () => reheaded(await sealed(), header => ({ ...header, alg: 'none' }))],
    ['A128GCM', async () => sealed({ header: { enc: 'A128GCM' } })],
    ['CBC', async () => sealed({ header: { enc: 'A256CBC-HS512' } })],
    ['zip', async () => reheaded(await sealed(), header => ({ ...header, zip: 'DEF' }))],
    ['crit', async () => reheaded(await sealed(), header => ({ ...header, crit: ['exp'], exp: 1 }))],
    ['jku', async () => sealed({ header: { jku: 'https://example.com/keys' } })],
    ['x5u', async () => sealed({ header: { x5u: 'https://example.com/certificate' } })],
    ['jwk', async () => sealed({ header: { jwk: publicJwk(keys.X25519) } })],
    ['apu', async () => reheaded(await sealed(), header => ({ ...header, apu: 'QQ' }))],
    ['no kid', async () => reheaded(await sealed(), ({ kid: _kid, ...header }) => header)],
    ['a kid that is no string', async () => reheaded(await sealed(), header => ({ ...header, kid: 7 }))],
    ['another kid', async () => sealed({ header: { kid: 'other' } })],
    ["the other key's kid", async () => sealed({ header: { kid: keys['P-256'].kid } })],
    ['no cty', async () => reheaded(await sealed(), ({ cty: _cty, ...header }) => header)],
    ['a cty of another kind', async () => sealed({ header: { cty: 'message/rfc822' } })],
    ['a typ of another kind', async () => sealed({ header: { typ: 'JWT' } })],
    ['no epk', async () => reheaded(await sealed(), ({ epk: _epk, ...header }) => header)],
    ['an epk of another curve', async () => reheaded(await sealed(), header => ({ ...header, epk: epkOf(keys['P-256']) }))],
    [
      'an epk with more in it',
      async () => reheaded(await sealed(), ({ epk, ...header }) => ({ ...header, epk: { ...(epk as object), d: 'AA' } })),
    ],
    [
      'an epk of small order',
      async () => reheaded(await sealed(), header => ({ ...header, epk: { kty: 'OKP', crv: 'X25519', x: 'A'.repeat(43) } })),
    ],
    [
      'an epk off its curve',
      async () =>
        reheaded(await sealed({ to: keys['P-256'] }), header => ({
          ...header,
          epk: { ...epkOf(keys['P-256']), y: 'A'.repeat(43) },
        })),
    ],
    ['a changed wrapped key', async () => segment(await sealed(), 1, flipped)],
    ['a short wrapped key', async () => segment(await sealed(), 1, part => part.slice(0, 32))],
    ['a changed nonce', async () => segment(await sealed(), 2, flipped)],
    ['a changed ciphertext', async () => segment(await sealed(), 3, flipped)],
    ['a changed tag', async () => segment(await sealed(), 4, flipped)],
    ['a cut tag', async () => segment(await sealed(), 4, part => part.slice(0, 16))],
    ['an empty ciphertext', async () => segment(await sealed(), 3, () => '')],
    ['a key that was never ours', async () => sealedToStranger()],
  ]

  test.each(BAD)('%s', async (_what, make) => {
    const refusal = await open(await make()).then(
      () => null,
      error => error,
    )
    expect({ ...refusal, message: refusal?.message }).toEqual({
      name: 'PortalError',
      code: 'undecipherable',
      fields: [],
      retryAfterSeconds: undefined,
      message: 'The sealed content could not be opened with any of our current keys.',
    })
  })

  test('an expired key', async () => {
    await expect(open(await sealed(), NEW_YEAR + DEPOSIT_KEY_LIFETIME)).rejects.toMatchObject({ code: 'undecipherable' })
  })

  test('any flipped bit', async () => {
    const jwe = await sealed()
    for (const part of [0, 1, 2, 3, 4]) {
      const bytes = Buffer.from(jwe.split('.')[part]!, 'base64url')
      for (let bit = 0; bit < bytes.length * 8; bit += 13) {
        const changed = Buffer.from(bytes)
        changed[bit >> 3]! ^= 1 << (bit & 7)
        const forged = segment(jwe, part, () => changed.toString('base64url'))
        await expect(open(forged), `segment ${part}, bit ${bit}`).rejects.toMatchObject({ code: 'undecipherable' })
      }
    }
  })
})

test('a published key holds nothing of the private half', () => {
  expect(Object.keys(publicJwk(keys.X25519)).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x'])
  expect(Object.keys(publicJwk(keys['P-256'])).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
})

const flipped = (part: string): string => {
  const bytes = Buffer.from(part, 'base64url')
  bytes[0]! ^= 1
  return bytes.toString('base64url')
}

/** The next letter of the alphabet decodes to the same byte when only the unused last bits differ. */
const strayed = (letter: string): string => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return alphabet[alphabet.indexOf(letter) | 1]!
}

const epkOf = ({ privateJwk: { kty, crv, x, y } }: DepositKey): Record<string, unknown> => ({
  kty,
  crv,
  x,
  ...(y === undefined ? {} : { y }),
})

async function sealedToStranger(): Promise<string> {
  const { publicKey } = await generateKeyPair('ECDH-ES+A256KW', { crv: 'X25519', extractable: true })
  const stranger = { ...keys.X25519, privateJwk: { ...(await exportJWK(publicKey)) } }
  return sealed({ to: stranger })
}
