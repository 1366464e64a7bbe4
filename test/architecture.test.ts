import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { committedTexts, nothingOfThisMachine } from './architecture/rules/committed.ts'
import { ciphersOnlyWhereSealed, clockOnlyInMain, environmentOnlyInConfig, noMathRandom } from './architecture/rules/effects.ts'
import { plainDataInUseCases } from './architecture/rules/plain-data.ts'
import {
  appKnowsTypesOnly,
  driversOnlyInEngines,
  noRoomLeansOnTests,
  oneDoorForEachLibrary,
  serverStandsAlone,
  storageDecidesNothing,
} from './architecture/rules/rooms.ts'
import {
  noBarrels,
  noCycles,
  noLongFiles,
  noNamelessDrawers,
  nothingIsFetchedAhead,
  nothingSilencesTheCompiler,
} from './architecture/rules/shape.ts'
import { parseSources, readSources, type Sources, type Violation } from './architecture/source.ts'

const TOP = path.resolve(import.meta.dirname, '..')
const HOUSE = readSources(TOP)

interface Rule {
  name: string
  check: (sources: Sources) => Violation[]
  /** Programs that break it, one line of problem each: what proves that the rule bites. */
  breaks: Record<string, string>[]
  /** Programs that come close and do not. */
  keeps: Record<string, string>[]
}

const RULES: Rule[] = [
  {
    name: 'pages know the server by its types and storage not at all',
    check: appKnowsTypesOnly,
    breaks: [
      { 'app/root.tsx': "import { newId } from '../server/ids.ts'" },
      { 'app/root.tsx': "import { type Portal } from '../server/portal.ts'" },
      { 'app/routes/account.tsx': "export { newId } from '../../server/ids.ts'" },
      { 'app/root.tsx': "const ids = await import('../server/ids.ts')" },
      { 'app/root.tsx': "import type { Schema } from '../storage/schema.ts'" },
    ],
    keeps: [{ 'app/root.tsx': "import type { Portal } from '../server/portal.ts'\nimport { Page } from './ui/page.tsx'" }],
  },
  {
    name: 'what the portal means knows no page, no framework, no database',
    check: serverStandsAlone,
    breaks: [
      { 'server/deposit.ts': "import type { Page } from '../app/ui/page.tsx'" },
      { 'server/trail/entry.ts': "import { openStorage } from '../../storage/index.ts'" },
      { 'server/http.ts': "import { createRequestHandler } from '@remix-run/node'" },
      { 'server/notice.ts': "import { renderToString } from 'react-dom/server'" },
      { 'server/deposit.ts': "import type { Kysely } from 'kysely'" },
      { 'server/deposit.ts': "import { Pool } from 'pg'" },
      { 'server/api/deposits.ts': "import { handler } from '../../build/server/index.js'" },
    ],
    keeps: [
      { 'server/main.ts': "import { openStorage } from '../storage/index.ts'" },
      { 'server/web/pages.ts': "import type { createRequestHandler } from '@remix-run/node'" },
      { 'server/commands/migrate.ts': "import { openStorage } from '../../storage/index.ts'" },
      { 'server/deposit.ts': "import { newId } from './ids.ts'" },
    ],
  },
  {
    name: 'storage takes only types, store.ts and errors.ts from the server',
    check: storageDecidesNothing,
    breaks: [
      { 'storage/messages.ts': "import { newId } from '../server/ids.ts'" },
      { 'storage/messages.ts': "import { mayOpen } from '../server/message.ts'" },
      { 'storage/index.ts': "import { Page } from '../app/ui/page.tsx'" },
      { 'storage/index.ts': "import { redirect } from '@remix-run/node'" },
    ],
    keeps: [
      {
        'storage/messages.ts':
          "import type { Message } from '../server/message.ts'\nimport { PortalError } from '../server/errors.ts'\n" +
          "import { EMPTY } from '../server/trail/store.ts'",
      },
    ],
  },
  {
    name: 'no room leans on the tests',
    check: noRoomLeansOnTests,
    breaks: [{ 'server/seed.ts': "import { people } from '../test/support/people.ts'" }],
    keeps: [{ 'test/flows/read.test.ts': "import { people } from '../support/people.ts'" }],
  },
  {
    name: 'database drivers stay under storage/engines/, Kysely under storage/',
    check: driversOnlyInEngines,
    breaks: [
      { 'storage/messages.ts': "import Database from 'better-sqlite3'" },
      { 'server/main.ts': "import pg from 'pg'" },
      { 'server/commands/doctor.ts': "import { DatabaseSync } from 'node:sqlite'" },
      { 'server/main.ts': "import { Kysely } from 'kysely'" },
    ],
    keeps: [
      { 'storage/engines/sqlite.ts': "import Database from 'better-sqlite3'" },
      { 'storage/messages.ts': "import { sql } from 'kysely'" },
    ],
  },
  {
    name: 'ciphers and secret keys stay where sealing is done',
    check: ciphersOnlyWhereSealed,
    breaks: [
      { 'server/deposit.ts': "import { createCipheriv } from 'node:crypto'" },
      { 'storage/factors.ts': "import crypto from 'node:crypto'\ncrypto.createDecipheriv('aes-256-gcm', key, nonce)" },
      { 'server/trail/checkpoint.ts': "import { createPrivateKey, sign } from 'node:crypto'" },
      { 'server/commands/keys.ts': "import { generateKeyPairSync } from 'node:crypto'" },
      { 'server/sign-in/session.ts': 'const key = await crypto.subtle.importKey()' },
    ],
    keeps: [
      { 'storage/sealing/envelope.ts': "import { createCipheriv, hkdfSync } from 'node:crypto'" },
      { 'server/intake/jwe.ts': "import { createPrivateKey } from 'node:crypto'" },
      { 'server/trail/note.ts': "import { createHash, createPublicKey, timingSafeEqual, verify } from 'node:crypto'" },
    ],
  },
  {
    name: 'jose, lucia, otplib, argon2 and @simplewebauthn/server each have one door',
    check: oneDoorForEachLibrary,
    breaks: [
      { 'server/api/deposits.ts': "import { compactDecrypt } from 'jose'" },
      { 'server/http.ts': "import { Lucia } from 'lucia'" },
      { 'server/sign-in/passphrase.ts': "import { TOTP } from 'otplib'" },
      { 'server/sign-in/authenticator.ts': "import { verify } from 'argon2'" },
      { 'server/sign-in/session.ts': "import { verifyRegistrationResponse } from '@simplewebauthn/server'" },
    ],
    keeps: [
      { 'server/intake/jwe.ts': "import { compactDecrypt } from 'jose'" },
      { 'storage/sealing/keys.ts': "import { exportJWK } from 'jose'" },
      { 'server/sign-in/session.ts': "import { Lucia } from 'lucia'" },
      { 'server/sign-in/passphrase-worker.ts': "import { hash } from 'argon2'" },
      { 'server/sign-in/passkey.ts': "import { generateAuthenticationOptions } from '@simplewebauthn/server'" },
    ],
  },
  {
    name: 'the environment is read in config.ts alone',
    check: environmentOnlyInConfig,
    breaks: [
      { 'server/http.ts': 'const port = process.env.PORT' },
      { 'server/http.ts': "const port = process['env'].PORT" },
      { 'storage/index.ts': 'const { env } = process' },
      { 'storage/index.ts': "import { env } from 'node:process'" },
      { 'app/root.tsx': 'const development = import.meta.env.DEV' },
    ],
    keeps: [{ 'server/config.ts': 'const port = process.env.PORT' }, { 'server/main.ts': 'process.exitCode = 1' }],
  },
  {
    name: 'what time it is, is a parameter',
    check: clockOnlyInMain,
    breaks: [
      { 'server/expiry.ts': 'const now = Date.now()' },
      { 'storage/messages.ts': 'const now = new Date()' },
      { 'app/ui/date.tsx': 'const now = new Date().getTime()' },
      { 'server/expiry.ts': 'const now = performance.now()' },
      { 'server/expiry.ts': 'const now = globalThis.performance.now()' },
      { 'server/http.ts': 'const clock = Date.now' },
      { 'server/http.ts': 'const now = process.hrtime.bigint()' },
    ],
    keeps: [
      { 'server/main.ts': 'const clock = Date.now' },
      { 'server/time.ts': 'const iso = new Date(0).toISOString()' },
      { 'app/scripts/time-out.ts': 'const seenAt = Date.now()' },
    ],
  },
  {
    name: 'Math.random is used nowhere, in tests neither',
    check: noMathRandom,
    breaks: [{ 'server/ids.ts': 'Math.random()' }, { 'test/flows/read.test.ts': 'const { random } = Math' }],
    keeps: [{ 'server/ids.ts': 'Math.floor(3.2)' }],
  },
  {
    name: 'no file reaches itself through its imports',
    check: noCycles,
    breaks: [
      {
        'server/message.ts': "import { b } from './thread.ts'",
        'server/thread.ts': "import { c } from './reply.ts'",
        'server/reply.ts': "import { a } from './message.ts'",
      },
      { 'server/a.ts': "import type { B } from './b.ts'", 'server/b.ts': "import type { A } from './a.ts'" },
    ],
    keeps: [
      {
        'server/portal.ts': "import { a } from './message.ts'\nimport { b } from './thread.ts'",
        'server/thread.ts': "import { a } from './message.ts'",
        'server/message.ts': '',
      },
    ],
  },
  {
    name: 'no drawer is called after nothing',
    check: noNamelessDrawers,
    breaks: [
      { 'server/utils/text.ts': '' },
      { 'app/lib.ts': '' },
      { 'server/message-helpers.ts': '' },
      { 'storage/common/a.ts': '' },
    ],
    keeps: [{ 'server/library.ts': '' }],
  },
  {
    name: 'there is one door, and no other barrel',
    check: noBarrels,
    breaks: [
      { 'server/index.ts': 'export const a = 1' },
      { 'server/trail/all.ts': "export { a } from './a.ts'\nexport type { B } from './b.ts'" },
      { 'server/trail/entry.ts': "export * from './action.ts'\nexport const a = 1" },
    ],
    keeps: [
      { 'storage/index.ts': "export { openStorage } from './open.ts'" },
      { 'server/trail/entry.ts': "export type { Action } from './action.ts'\nexport const a = 1" },
    ],
  },
  {
    name: 'no file is longer than 300 lines',
    check: noLongFiles,
    breaks: [{ 'server/everything.ts': 'const a = 1\n'.repeat(301) }],
    keeps: [{ 'server/much.ts': 'const a = 1\n'.repeat(300) }],
  },
  {
    name: 'nothing silences the compiler',
    check: nothingSilencesTheCompiler,
    breaks: [
      { 'server/a.ts': 'export const a: any = 1' },
      { 'server/a.ts': '// @ts-ignore\nexport const a: number = ""' },
      { 'test/a.test.ts': '// @ts-expect-error: not a number\nexport const a: number = ""' },
      { 'app/a.tsx': 'export const a = {} as Record<string, any>' },
    ],
    keeps: [{ 'server/a.ts': "// any of these\nexport const any = 'any'" }],
  },
  {
    name: 'no page is fetched before someone asks for it',
    check: nothingIsFetchedAhead,
    breaks: [
      { 'app/ui/line.tsx': '<Link prefetch="intent" to="/messages" />' },
      { 'app/root.tsx': '<link rel="prefetch" href="/messages" />' },
      { 'app/root.tsx': "import { PrefetchPageLinks } from '@remix-run/react'" },
    ],
    keeps: [{ 'app/ui/line.tsx': '// prefetched: never\nexport const line = <Link to="/messages" />' }],
  },
]

describe.each(RULES)('$name', ({ check, breaks, keeps }) => {
  test('in this house', () => expect(told(check(HOUSE))).toEqual([]))
  test.each(breaks)('bites: %j', program => expect(check(parseSources(program))).not.toEqual([]))
  test.each(keeps)('lets be: %j', program => expect(told(check(parseSources(program)))).toEqual([]))
})

describe('use cases take and return plain data', () => {
  test('in this house', () => expect(told(plainDataInUseCases(path.join(TOP, 'server/portal.ts'), 'Portal'))).toEqual([]))
  test('too', () => expect(told(plainDataInUseCases(path.join(TOP, 'server/sign-in/use-cases.ts'), 'SigningIn'))).toEqual([]))

  test.each([
    ['a function', 'open(done: () => void): Promise<void>'],
    ['a function deep inside', 'open(order: { then: { call: () => void }[] }): Promise<void>'],
    ['a class', 'find(): Promise<Message>'],
    ['any', 'find(): Promise<Record<string, any>>'],
    ['what is no use case', 'messages: string[]'],
  ])('bites: %s', (_, useCase) => expect(problemsOf(useCase)).toHaveLength(1))

  test.each([
    'open(id: string, at: number | null): Promise<{ lines: string[]; bytes: Uint8Array; more?: unknown }>',
    'fetch(id: string): Promise<{ content: AsyncIterable<Uint8Array> }>',
    "retract(order: { reason: 'other' | 'duplicate'; of: ReadonlyMap<string, Date> }): Promise<void>",
  ])('lets be: %s', useCase => expect(problemsOf(useCase)).toEqual([]))

  function problemsOf(useCase: string): string[] {
    const file = path.join(TOP, 'server/planted.ts')
    const text = `class Message { open(): void {} }\nexport interface Portal { ${useCase} }`
    return told(plainDataInUseCases(file, 'Portal', text))
  }
})

describe('what is committed tells nothing of the machine it was written on', () => {
  test('in this house', () => expect(told(nothingOfThisMachine(committedTexts(TOP)))).toEqual([]))

  test.each([
    ['', 'home', 'ada', 'portal'].join('/'),
    ['C:', 'Users', 'ada'].join('\\'),
    ['https://registry', 'example', 'com/portal'].join('.'),
    `"resolved": ${'"https'}://example.com/a.tgz"`,
  ])('bites: %s', line => expect(nothingOfThisMachine(new Map([['README.md', line]]))).toHaveLength(1))

  test('lets be: where Debian keeps its programs, and addresses of invented people', () => {
    const text = '/usr/bin/chromium\nhttps://example.com/home/page\n/etc/passwd'
    expect(nothingOfThisMachine(new Map([['README.md', text]]))).toEqual([])
  })
})

/** One line each, as a compiler would say it. */
const told = (violations: Violation[]): string[] =>
  violations.map(({ file, line, problem }) => `${path.relative(TOP, path.resolve(TOP, file))}:${line} ${problem}`)
