import { expect, onTestFinished, test } from 'vitest'
import { openPassphrases } from '../../../server/sign-in/passphrase.ts'
import { passphraseProblem } from '../../../server/sign-in/passphrase-rules.ts'
import { refusalOf } from './door.ts'

function opened(options?: Parameters<typeof openPassphrases>[0]) {
  const passphrases = openPassphrases(options)
  onTestFinished(() => passphrases.close())
  return passphrases
}

test('a passphrase is kept as Argon2id with 19 MiB and two passes, salted each time', async () => {
  const passphrases = opened()
  const [one, other] = await Promise.all([passphrases.hash('seven grey pigeons'), passphrases.hash('seven grey pigeons')])
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,p=1,t=2\$/)
  expect(one).not.toBe(other)
  expect(await passphrases.verify(one, 'seven grey pigeons')).toEqual({ right: true, rehash: false })
  expect(await passphrases.verify(one, 'seven grey pigeon')).toEqual({ right: false, rehash: false })
})

test('nobody’s passphrase is never right', async () => {
  expect(await opened().verify(null, '')).toEqual({ right: false, rehash: false })
})

test('the same letters from two keyboards are the same passphrase', async () => {
  const passphrases = opened()
  const phc = await passphrases.hash('cafe\u0301 au lait, s\u2019il vous plai\u0302t')
  expect((await passphrases.verify(phc, 'caf\u00e9 au lait, s\u2019il vous pla\u00eet')).right).toBe(true)
})

test('a hash that cannot be read fails for the one who asked, and the next in line is served', async () => {
  const passphrases = opened()
  const phc = await passphrases.hash('seven grey pigeons')
  const broken = passphrases.verify('$argon2id$nonsense', 'x')
  const next = passphrases.verify(phc, 'seven grey pigeons')
  await expect(broken).rejects.toThrow()
  expect((await next).right).toBe(true)
})

test('past the end of the line the next is asked to come back, and those in line are served', async () => {
  const passphrases = opened({ maxWaiting: 3 })
  const asked = Array.from({ length: 6 }, () => refusalOf(passphrases.verify(null, 'x')))
  expect(await Promise.all(asked)).toEqual(['nothing', 'nothing', 'nothing', 'nothing', 'busy', 'busy'])
  await expect(refusalOf(passphrases.verify(null, 'x'))).resolves.toBe('nothing')
})

test('closing lets the hash under way end, and tells those who wait', async () => {
  const passphrases = openPassphrases()
  const under = refusalOf(passphrases.hash('seven grey pigeons'))
  const waiting = refusalOf(passphrases.hash('seven grey pigeons'))
  await passphrases.close()
  expect([await under, await waiting]).toEqual(['nothing', 'unavailable'])
  expect(await refusalOf(passphrases.hash('seven grey pigeons'))).toBe('unavailable')
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
