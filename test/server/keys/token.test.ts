import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../../server/config.ts'
import { rootKeysOf } from '../../../server/keys/provider.ts'
import { generateRootKey } from '../../../storage/index.ts'
import { atATerminal } from '../commands/at-a-terminal.ts'
import { inside } from '../commands/inside.ts'
import { ANY_TOKEN, hasSoftHsm, softToken } from './softhsm.ts'

const folder = await mkdtemp(join(tmpdir(), 'token-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

const said = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'nothing',
    (error: Error) => error.message,
  )
const loaded = async (env: Record<string, string>) => rootKeysOf(readConfig(env))

/** A program in the place of OpenSC’s. */
function tool(name: string, script: string): string {
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o700)
  return path
}

/** A file as `wrap-root` writes it, though nobody can unwrap it. */
function wrappedFile(text?: string): string {
  const path = join(folder, 'some.wrapped')
  const file = { format: 'restante-wrapped-root-key/1', mechanism: 'RSA-OAEP', hash: 'SHA-256', wrapped: 'AAAA' }
  writeFileSync(path, text ?? JSON.stringify(file))
  return path
}

describe('a key service', () => {
  test('is set as a whole, and not beside a root key', () => {
    const problems = (env: Record<string, string>) => {
      try {
        readConfig(env)
        return 'nothing'
      } catch (error) {
        return (error as Error).message
      }
    }
    expect(problems({ ...ANY_TOKEN, PORTAL_ROOT_KEY_WRAPPED: 'key' })).toBe('nothing')
    expect(problems({ ...ANY_TOKEN, PORTAL_ROOT_KEY_WRAPPED: 'key', PORTAL_ROOT_KEY: generateRootKey() })).toMatch(
      /PORTAL_ROOT_KEY stands beside PORTAL_ROOT_KEY_WRAPPED/,
    )
    expect(problems({ ...ANY_TOKEN, PORTAL_ROOT_KEY_WRAPPED: 'key', PORTAL_ROOT_KEY_PREVIOUS: generateRootKey() })).toMatch(
      /PORTAL_ROOT_KEY_PREVIOUS stands beside/,
    )
    expect(problems({ PORTAL_ROOT_KEY_WRAPPED: 'key' })).toMatch(
      /PORTAL_PKCS11_MODULE must be set.*PORTAL_PKCS11_TOKEN.*PORTAL_PKCS11_KEY.*PORTAL_PKCS11_PIN/,
    )
    expect(problems({ ...ANY_TOKEN, PORTAL_PKCS11_KEY: 'root' })).toMatch(/PORTAL_PKCS11_KEY must be pairs of hexadecimal digits/)
  })

  test('is as good as a root key in production', () => {
    const production = { PORTAL_ENV: 'production', PORTAL_ORIGIN: 'https://portal.example', SMTP_URL: 'smtp://mail.example' }
    expect(() => readConfig(production)).toThrow(/PORTAL_ROOT_KEY must be set/)
    expect(readConfig({ ...production, ...ANY_TOKEN, PORTAL_ROOT_KEY_WRAPPED: 'key' }).keyService).not.toBeNull()
  })

  test('gets none of the portal’s other secrets, and no PIN in its command line', async () => {
    const look = tool('look', `env > ${folder}/environment; echo "$@" > ${folder}/words; exit 1`)
    const secrets = { SMTP_URL: 'smtp://user:hunter2@mail.example' }
    await said(loaded({ ...ANY_TOKEN, ...secrets, PORTAL_PKCS11_TOOL: look, PORTAL_ROOT_KEY_WRAPPED: wrappedFile() }))
    const environment = readFileSync(join(folder, 'environment'), 'utf8')
    expect(environment).toMatch(/^PORTAL_PKCS11_PIN=4321$/m)
    expect(environment).not.toMatch(/hunter2|SMTP_URL/)
    expect(readFileSync(join(folder, 'words'), 'utf8')).toMatch(/--pin env:PORTAL_PKCS11_PIN/)
    expect(readFileSync(join(folder, 'words'), 'utf8')).not.toMatch(/4321/)
  })

  test.each([
    [
      'the program is not there',
      'exit 0',
      { PORTAL_PKCS11_TOOL: '/nowhere/pkcs11-tool' },
      /there is no program \/nowhere\/pkcs11-tool/,
    ],
    [
      'the library cannot be loaded',
      'echo "error: Failed to load pkcs11 module" >&2; exit 1',
      {},
      /\/nowhere\/token\.so is not there, or no PKCS #11/,
    ],
    [
      'the token is not there',
      'echo "No slot with token named \\"restante\\" found" >&2; exit 1',
      {},
      /there is no token restante/,
    ],
    [
      'the PIN is wrong',
      'echo "error: C_Login failed: rv = CKR_PIN_INCORRECT (0xa0)" >&2; exit 1',
      {},
      /the PIN is wrong for the token restante/,
    ],
    ['the PIN is locked', 'echo "error: C_Login failed: rv = CKR_PIN_LOCKED (0xa4)" >&2; exit 1', {}, /has locked its PIN/],
    ['the key is not there', 'echo "error: Private/secret key not found" >&2; exit 1', {}, /has no key with the id 01/],
    ['something else is wrong', 'echo "secret words, CKR_DEVICE_ERROR" >&2; exit 1', {}, /does not open it \(CKR_DEVICE_ERROR\)/],
    ['it says nothing', 'exit 1', {}, /does not open it \(no reason given\)/],
    ['it answers something that is no key', 'echo short', {}, /is no root key: it is not 32 bytes/],
  ])('says in plain words when %s', async (_what, script, more, words) => {
    const settings = {
      ...ANY_TOKEN,
      PORTAL_PKCS11_TOOL: tool('pkcs11-tool', script),
      PORTAL_ROOT_KEY_WRAPPED: wrappedFile(),
      ...more,
    }
    const sentence = await said(loaded(settings))
    expect(sentence).toMatch(words)
    expect(sentence).not.toMatch(/4321|secret words/)
  })

  test('says which file with a wrapped key is missing, or is none', async () => {
    expect(await said(loaded({ ...ANY_TOKEN, PORTAL_ROOT_KEY_WRAPPED: join(folder, 'missing') }))).toMatch(
      /missing cannot be read \(ENOENT\)/,
    )
    for (const text of ['', '{}', '{"format":"restante-wrapped-root-key/2"}'])
      expect(await said(loaded({ ...ANY_TOKEN, PORTAL_ROOT_KEY_WRAPPED: wrappedFile(text) }))).toMatch(
        /is not what `portal keys wrap-root` wrote/,
      )
  })
})

// Without the packages softhsm2 and opensc (Debian) these say that they were skipped.
describe.skipIf(!hasSoftHsm)('a real token (SoftHSM)', { timeout: 60_000 }, () => {
  let token: Record<string, string>
  beforeAll(() => {
    token = softToken(folder)
  })
  const file = (name: string) => join(folder, name)

  test('wraps the root key that was used so far; from then on the portal opens with the token alone', async () => {
    const rootKey = generateRootKey()
    const operator = await atATerminal({ ...token, PORTAL_ROOT_KEY: rootKey })
    await operator.answer('organization', 'create', '--name', 'North Clinic')
    const wrapped = await operator.answer('keys', 'wrap-root', file('root.wrapped'))
    expect(wrapped).toMatchObject({
      file: file('root.wrapped'),
      mechanism: 'RSA-OAEP',
      hash: expect.stringMatching(/^SHA-(1|256)$/),
    })
    expect(statSync(file('root.wrapped')).mode & 0o777).toBe(0o600)
    expect(readFileSync(file('root.wrapped'), 'utf8')).not.toContain(rootKey)

    const { PORTAL_ROOT_KEY: _, ...env } = operator.env
    const alone: Record<string, string> = { ...env, PORTAL_ROOT_KEY_WRAPPED: file('root.wrapped') }
    expect(await inside(alone, store => store.read(tx => tx.organizations.list()))).toMatchObject([{ name: 'North Clinic' }])
    expect(Buffer.from((await loaded(alone)).rootKey).toString('base64url')).toBe(rootKey)

    // Without the right PIN, token or key it does not.
    const refused = (more: Record<string, string>) => said(loaded({ ...alone, ...more }))
    expect(await refused({ PORTAL_PKCS11_TOKEN: 'another' })).toMatch(/there is no token another/)
    expect(await refused({ PORTAL_PKCS11_KEY: '09' })).toMatch(/has no key with the id 09/)
    expect(await refused({ PORTAL_PKCS11_KEY: '02' })).toMatch(/the key 02 of the token restante does not open it/)
    expect(await refused({ PORTAL_PKCS11_KEY: '04' })).toMatch(/none that decrypts with RSA/)
    expect(await refused({ PORTAL_PKCS11_MODULE: '/nowhere.so' })).toMatch(/is not there, or no PKCS #11 library/)
    expect(await refused({ PORTAL_PKCS11_PIN: '9999' })).toMatch(/the PIN is wrong/)
  })

  test('is moved to by rotating to a new root key that nobody has ever seen, and to another one after that', async () => {
    const operator = await atATerminal({ PORTAL_ROOT_KEY: generateRootKey() })
    await operator.answer('organization', 'create', '--name', 'North Clinic')
    Object.assign(operator.env, token)
    await operator.answer('keys', 'wrap-root', file('old.wrapped'))
    await operator.answer('keys', 'wrap-root', file('new.wrapped'), '--new')
    delete operator.env.PORTAL_ROOT_KEY
    Object.assign(operator.env, {
      PORTAL_ROOT_KEY_WRAPPED: file('new.wrapped'),
      PORTAL_ROOT_KEY_WRAPPED_PREVIOUS: file('old.wrapped'),
    })
    expect(await operator.answer('keys', 'rotate', '--root')).toMatchObject({ retired: [expect.stringMatching(/^root_/)] })
    delete operator.env.PORTAL_ROOT_KEY_WRAPPED_PREVIOUS
    expect(await inside(operator.env, store => store.read(tx => tx.organizations.list()))).toHaveLength(1)
    operator.env.PORTAL_ROOT_KEY_WRAPPED = file('old.wrapped')
    expect(await operator.portal('keys', 'list')).toMatchObject({ code: 1, err: expect.stringMatching(/was retired/) })
  })

  test('with a key that is too short, of another kind, or for a file that is there, wraps nothing', async () => {
    const operator = await atATerminal({ ...token, PORTAL_ROOT_KEY: generateRootKey() })
    const wrap = (more: Record<string, string>) => {
      Object.assign(operator.env, more)
      return operator.portal('keys', 'wrap-root', file('none.wrapped'))
    }
    expect(await wrap({ PORTAL_PKCS11_KEY: '03' })).toMatchObject({
      code: 1,
      err: expect.stringMatching(/RSA of at least 3072 bits/),
    })
    expect(await wrap({ PORTAL_PKCS11_KEY: '04' })).toMatchObject({
      code: 1,
      err: expect.stringMatching(/has no key with the id 04/),
    })
    writeFileSync(file('none.wrapped'), 'the only copy of another key')
    expect(await wrap({ PORTAL_PKCS11_KEY: '01' })).toMatchObject({ code: 2, err: expect.stringMatching(/not written over/) })
    expect(readFileSync(file('none.wrapped'), 'utf8')).toBe('the only copy of another key')
  })
})
