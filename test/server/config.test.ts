import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readConfig, rootKeyOf } from '../../server/config.ts'
import { isDevelopmentKey, newDevelopmentKey } from '../../server/development-key.ts'
import { envExample, SETTINGS } from '../../server/settings.ts'
import { generateRootKey, parseRootKey } from '../../storage/index.ts'

const PRODUCTION = {
  PORTAL_ENV: 'production',
  PORTAL_ORIGIN: 'https://portal.example',
  PORTAL_ROOT_KEY: generateRootKey(),
  SMTP_URL: 'smtp://user:password@mail.example:587',
}

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'config-'))
})
afterEach(() => rm(folder, { recursive: true }))

const problemsOf = (env: Record<string, string>) => {
  try {
    readConfig(env)
  } catch (error) {
    expect(error).toMatchObject({ code: 'misconfigured' })
    return Object.fromEntries(
      (error as { fields: { field: string; problem: string }[] }).fields.map(({ field, problem }) => [field, problem]),
    )
  }
  return {}
}

describe('without any setting', () => {
  test('it is a development portal on this machine', () => {
    expect(readConfig({})).toMatchObject({
      environment: 'development',
      origin: 'http://localhost:3000',
      host: '127.0.0.1',
      port: 3000,
      databaseUrl: expect.stringMatching(/^sqlite:\/.*\/storage\/local\/portal\.db$/),
      smtp: null,
      rootKey: null,
      seed: 'demo',
      logLevel: 'info',
      trailName: 'localhost/restante-trail',
    })
  })

  test('an empty setting is one that is not set', () => {
    expect(readConfig({ PORT: '', PORTAL_ORIGIN: '  ', SMTP_URL: '' })).toEqual(readConfig({}))
  })

  test('another port is another origin', () => {
    expect(readConfig({ PORT: '4000' })).toMatchObject({ port: 4000, origin: 'http://localhost:4000' })
  })
})

describe('a setting that cannot be used', () => {
  test.each([
    ['PORT', '70000', 'must be a port, 0 to 65535'],
    ['PORT', 'http', 'must be a port, 0 to 65535'],
    ['PORTAL_ENV', 'staging', 'must be one of: development, production'],
    ['PORTAL_ORIGIN', 'portal.example', 'must be a web address such as https://portal.example'],
    ['PORTAL_ORIGIN', 'ftp://portal.example', 'must be a web address such as https://portal.example'],
    ['PORTAL_ORIGIN', 'https://portal.example/mail', 'must be scheme, host and port alone: no path, no user'],
    ['PORTAL_ORIGIN', 'https://user@portal.example', 'must be scheme, host and port alone: no path, no user'],
    ['PORTAL_ROOT_KEY', 'short', 'must be 32 bytes, written as 43 characters of base64url'],
    ['PORTAL_ROOT_KEY', `${'A'.repeat(42)}B`, 'must be 32 bytes, written as 43 characters of base64url'],
    ['DATABASE_URL', 'mysql://db', 'must begin with sqlite: or postgres://'],
    ['SMTP_URL', 'mail.example', 'must look like smtp://user:password@host:587 or smtps://host:465'],
    ['LOG_LEVEL', 'loud', 'must be one of: fatal, error, warn, info, debug, trace, silent'],
    ['PORTAL_SEED', 'yes', 'must be one of: demo, off'],
    ['SMTP_DKIM_DOMAIN', 'portal.example', undefined],
  ])('%s=%s is refused, with what is right', (name, value, problem) => {
    const problems = problemsOf({ [name]: value })
    if (problem === undefined) expect(problems).toEqual({ SMTP_DKIM_KEY: expect.stringContaining('go together') })
    else expect(problems).toEqual({ [name]: problem })
  })

  test('all of them are told at once, without their values', () => {
    const env = { PORT: 'x', PORTAL_ROOT_KEY: 'secret-but-wrong', SMTP_URL: 'hunter2@mail' }
    expect(Object.keys(problemsOf(env)).sort()).toEqual(['PORT', 'PORTAL_ROOT_KEY', 'SMTP_URL'])
    expect(() => readConfig(env)).toThrow(
      /^The settings cannot be used: PORT must .*; PORTAL_ROOT_KEY must .*; SMTP_URL must .*\.$/,
    )
    expect(() => readConfig(env)).not.toThrow(/secret-but|hunter2/)
  })
})

describe('a secret in a file', () => {
  test('is read, without the line end an editor leaves', async () => {
    await writeFile(join(folder, 'key'), `${PRODUCTION.PORTAL_ROOT_KEY}\n`)
    expect(readConfig({ PORTAL_ROOT_KEY_FILE: join(folder, 'key') }).rootKey).toBe(PRODUCTION.PORTAL_ROOT_KEY)
  })

  test('beside the same setting, or not readable, is refused', async () => {
    expect(problemsOf({ SMTP_URL_FILE: join(folder, 'missing') })).toEqual({ SMTP_URL_FILE: 'cannot be read (ENOENT)' })
    await writeFile(join(folder, 'url'), 'smtp://mail.example')
    expect(problemsOf({ SMTP_URL_FILE: join(folder, 'url'), SMTP_URL: 'smtp://mail.example' })).toEqual({
      SMTP_URL_FILE: 'stands beside SMTP_URL; set one of the two',
    })
  })

  test('only secrets have one', () => {
    expect(readConfig({ PORT_FILE: '/nowhere' }).port).toBe(3000)
  })
})

describe('production', () => {
  test('starts with https, a root key of its own and a mail server', () => {
    expect(readConfig(PRODUCTION)).toMatchObject({
      environment: 'production',
      seed: 'off',
      smtp: { url: PRODUCTION.SMTP_URL, dkim: null },
    })
  })

  test('everything that is missing is told at once', () => {
    expect(problemsOf({ PORTAL_ENV: 'production' })).toEqual({
      PORTAL_ORIGIN: 'must be set and begin with https:// in production',
      PORTAL_ROOT_KEY: 'must be set in production',
      SMTP_URL: 'must be set in production',
    })
  })

  test('what is set but wrong is told once, not as missing too', () => {
    expect(problemsOf({ ...PRODUCTION, PORTAL_ROOT_KEY: 'short' })).toEqual({
      PORTAL_ROOT_KEY: 'must be 32 bytes, written as 43 characters of base64url',
    })
    const { PORTAL_ROOT_KEY: _, ...withoutKey } = PRODUCTION
    expect(problemsOf({ ...withoutKey, PORTAL_ROOT_KEY_FILE: join(folder, 'missing') })).toEqual({
      PORTAL_ROOT_KEY_FILE: 'cannot be read (ENOENT)',
    })
  })

  test.each([
    ['http', { PORTAL_ORIGIN: 'http://portal.example' }, 'PORTAL_ORIGIN'],
    ['a key made for development', { PORTAL_ROOT_KEY: newDevelopmentKey() }, 'PORTAL_ROOT_KEY'],
    ['invented patients', { PORTAL_SEED: 'demo' }, 'PORTAL_SEED'],
  ])('with %s it does not', (_, change, field) => {
    expect(Object.keys(problemsOf({ ...PRODUCTION, ...change }))).toEqual([field])
  })

  test('it never makes a key by itself', () => {
    expect(() => rootKeyOf({ environment: 'production', rootKey: null, dataFolder: folder })).toThrow(
      'PORTAL_ROOT_KEY is missing.',
    )
  })
})

describe('the development key', () => {
  const development = () => ({ environment: 'development' as const, rootKey: null, dataFolder: join(folder, 'data') })

  test('is made once, for its owner alone, and is a key storage takes', async () => {
    const key = rootKeyOf(development())
    expect(rootKeyOf(development())).toBe(key)
    expect(parseRootKey(key)).toHaveLength(32)
    expect((await stat(join(folder, 'data', 'root.key'))).mode & 0o777).toBe(0o600)
    expect((await stat(join(folder, 'data'))).mode & 0o777).toBe(0o700)
  })

  test('is recognized wherever it is copied to; one made for production is not', () => {
    const key = rootKeyOf(development())
    expect(Object.keys(problemsOf({ ...PRODUCTION, PORTAL_ROOT_KEY: key }))).toEqual(['PORTAL_ROOT_KEY'])
    expect(isDevelopmentKey(key)).toBe(true)
    expect(isDevelopmentKey(generateRootKey())).toBe(false)
  })

  test('gives way to one that was set', () => {
    expect(rootKeyOf({ ...development(), rootKey: PRODUCTION.PORTAL_ROOT_KEY })).toBe(PRODUCTION.PORTAL_ROOT_KEY)
  })

  test('that is damaged is not replaced: what was sealed with it would be lost', async () => {
    rootKeyOf(development())
    const file = join(folder, 'data', 'root.key')
    await chmod(file, 0o600)
    await writeFile(file, 'damaged')
    expect(() => rootKeyOf(development())).toThrow('is not whole')
    expect(await readFile(file, 'utf8')).toBe('damaged')
  })
})

describe('.env.example', () => {
  test('is what the table of settings says (vitest -u writes it anew)', async () => {
    await expect(envExample()).toMatchFileSnapshot('../../.env.example')
  })

  test('as it stands, with every example set, is accepted', () => {
    const examples = Object.entries(SETTINGS).filter(([name, { example }]) => example !== '' && !name.startsWith('SMTP_DKIM'))
    expect(problemsOf(Object.fromEntries(examples.map(([name, { example }]) => [name, example])))).toEqual({})
  })
})
