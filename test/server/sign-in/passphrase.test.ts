import { expect, onTestFinished, test } from 'vitest'
import { openPassphrases } from '../../../server/sign-in/passphrase.ts'
import { passphraseProblem } from '../../../server/sign-in/passphrase-rules.ts'
import { longestRowPutInOrder, MARKS } from '../../support/put-in-order.ts'
import { refusalOf } from './door.ts'

function opened(options?: Parameters<typeof openPassphrases>[0]) {
  const passphrases = openPassphrases(options)
  onTestFinished(() => passphrases.close())
  return passphrases
}

const SALT = Buffer.from('sixteen bytes of')
const OTHER_SALT = Buffer.from('another sixteen ')
const RIGHT = { right: true, rehash: false }
const WRONG = { right: false, rehash: false }

test('a passphrase is kept as Argon2id with 19 MiB and two passes, with the salt of its address', async () => {
  const passphrases = opened()
  const one = await passphrases.hash('seven grey pigeons', SALT)
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,(p=1,t=2|t=2,p=1)\$c2l4dGVlbiBieXRlcyBvZg\$/)
  expect(await passphrases.hash('seven grey pigeons', OTHER_SALT)).not.toBe(one)
  expect(await passphrases.verify([one], 'seven grey pigeons', SALT)).toEqual([RIGHT])
  expect(await passphrases.verify([one], 'seven grey pigeon', SALT)).toEqual([WRONG])
})

test('one hash answers for all accounts of an address', async () => {
  const passphrases = opened()
  const all = ['seven grey pigeons', 'nine new words', 'seven grey pigeons'].map(words => passphrases.hash(words, SALT))
  const kept = await Promise.all(all)
  expect(await passphrases.verify(kept, 'seven grey pigeons', SALT)).toEqual([RIGHT, WRONG, RIGHT])
  expect(await passphrases.verify(kept, 'nine new words', SALT)).toEqual([WRONG, RIGHT, WRONG])
  expect(await passphrases.verify(kept, 'no such words', SALT)).toEqual([WRONG, WRONG, WRONG])
})

test('a hash of before, with a salt of its own, is right for its passphrase, and is to be made anew', async () => {
  const passphrases = opened()
  const before = await passphrases.hash('seven grey pigeons', OTHER_SALT)
  const now = await passphrases.hash('seven grey pigeons', SALT)
  expect(await passphrases.verify([before, now], 'seven grey pigeons', SALT)).toEqual([{ right: true, rehash: true }, WRONG])
})

test('nobody’s passphrase is never right', async () => {
  expect(await opened().verify([], '', SALT)).toEqual([])
})

test('the same letters from two keyboards are the same passphrase', async () => {
  const passphrases = opened()
  const phc = await passphrases.hash('cafe\u0301 au lait, s\u2019il vous plai\u0302t', SALT)
  expect(await passphrases.verify([phc], 'caf\u00e9 au lait, s\u2019il vous pla\u00eet', SALT)).toEqual([RIGHT])
})

test('a hash that cannot be read fails for the one who asked, and the next in line is served', async () => {
  const passphrases = opened()
  const phc = await passphrases.hash('seven grey pigeons', SALT)
  const broken = passphrases.verify(['$argon2id$nonsense'], 'x', SALT)
  const next = passphrases.verify([phc], 'seven grey pigeons', SALT)
  await expect(broken).rejects.toThrow()
  expect(await next).toEqual([RIGHT])
})

test('past the end of the line the next is asked to come back, and those in line are served', async () => {
  const passphrases = opened({ maxWaiting: 3 })
  const asked = Array.from({ length: 6 }, () => refusalOf(passphrases.verify([], 'x', SALT)))
  expect(await Promise.all(asked)).toEqual(['nothing', 'nothing', 'nothing', 'nothing', 'busy', 'busy'])
  await expect(refusalOf(passphrases.verify([], 'x', SALT))).resolves.toBe('nothing')
})

test('closing lets the hash under way end, and tells those who wait', async () => {
  const passphrases = openPassphrases()
  const under = refusalOf(passphrases.hash('seven grey pigeons', SALT))
  const waiting = refusalOf(passphrases.hash('seven grey pigeons', SALT))
  await passphrases.close()
  expect([await under, await waiting]).toEqual(['nothing', 'unavailable'])
  expect(await refusalOf(passphrases.hash('seven grey pigeons', SALT))).toBe('unavailable')
})

const ADA = { address: 'ada.lopez@example.com', name: 'Ada Lopez', organization: 'North Clinic' }

test.each([
  'eight ch',
  'seven grey pigeons on a roof',
  'çığlık çığ',
  'correct horse mountain stapler',
  '8hT!x0q_',
  '🦊🐻🐨🐯🦁🐮🐷🐸',
  'sixty-four characters must be allowed, so here are some more of them, for people with a good memory',
  'no capital no digit no sign',
])('%s may be chosen', passphrase => {
  expect(passphraseProblem(passphrase, ADA)).toBeNull()
})

test.each([
  ['too short', 'seven ch'.slice(1)],
  ['seven signs that are fourteen units', '🦊🐻🐨🐯🦁🐮🐷'],
  ['too long', 'ab'.repeat(129)],
  ['what everybody chooses', 'password1'],
  ['in capitals', 'PassWord1'],
  ['with spaces between', 'i love you 1'],
  ['in Spanish', 'contraseña1'],
  ['with a year behind', 'sunshine1987!'],
  ['a row of keys', 'asdfghjkl'],
  ['a row of keys backwards', 'poiuytrewq'],
  ['the alphabet', 'efghijkl'],
  ['digits in order', '23456789'],
  ['one letter', 'zzzzzzzzzz'],
  ['one piece again and again', 'abcabcabcabc'],
  ['what everybody chooses, twice', 'password password'],
  ['one piece again and again, and a part of it', 'pigeonpigeonpig'],
  ['their address', 'ada.lopez@example.com'],
  ['the front of it', 'Ada.Lopez'],
  ['their name', 'ada lopez 1950'],
  ['the clinic', 'North Clinic'],
  ['the portal', 'Restante'],
])('%s may not be chosen', (_what, passphrase) => {
  expect(passphraseProblem(passphrase, ADA)).toMatch(/^(Use|Many)/)
})

test('what is too long to be anybody’s is refused before it is put in order', async () => {
  const refused = () => expect(passphraseProblem(MARKS.repeat(1_000), ADA)).toMatch(/^Use at most/)
  expect(await longestRowPutInOrder(refused)).toBe(0)
})
