import { spawn } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rotateKeys, rotateRootKey } from '../../server/keys/rotation.ts'
import { openStorage } from '../../storage/index.ts'
import { course, onDisk, rowsOf } from '../server/keys/rotating.ts'
import { CONTENT, clinic } from '../storage/kept.ts'
import { NEW_YEAR, OTHER_ROOT_KEY, ROOT_KEY } from '../support/storage.ts'
import { isLong, patience, tell } from './rig/length.ts'
import { canTrace, underFault, WRITES } from './rig/strace.ts'

const TOP = path.resolve(import.meta.dirname, '../..')
const MESSAGES = 60
/** Far more writes than any rotation here makes. */
const MOST = 2_000

const base64url = (key: Uint8Array) => Buffer.from(key).toString('base64url')
const folder = await mkdtemp(path.join(tmpdir(), 'restante-rotation-'))
const original = path.join(folder, 'original')
const messages: string[] = []

const open = (directory: string, rootKey: Uint8Array, previousRootKeys: Uint8Array[] = []) =>
  openStorage({ url: 'sqlite:', dataDirectory: directory, rootKey, previousRootKeys, now: NEW_YEAR })

beforeAll(async () => {
  const store = await open(original, ROOT_KEY)
  for (const name of ['North Clinic', 'South Clinic']) {
    const { keep } = await clinic(store, name)
    for (let number = 0; number < MESSAGES; number++) messages.push((await keep()).id)
  }
  await store.close()
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Each way of rotating: the real command, and how it is done again. */
const WAYS = {
  'the wrapping keys': { words: ['--all'], settings: { PORTAL_ROOT_KEY: base64url(ROOT_KEY) }, keys: [ROOT_KEY] },
  'the root key': {
    words: ['--root'],
    settings: { PORTAL_ROOT_KEY: base64url(OTHER_ROOT_KEY), PORTAL_ROOT_KEY_PREVIOUS: base64url(ROOT_KEY) },
    keys: [OTHER_ROOT_KEY, ROOT_KEY],
  },
} as const

describe.skipIf(!canTrace)('killed before any of its writes', () => {
  test.each(Object.keys(WAYS) as (keyof typeof WAYS)[])(
    'the rotation of %s loses nothing, is ended by the next one, and leaves nothing behind',
    { timeout: patience },
    async way => {
      const numbers = isLong ? Array.from({ length: MOST }, (_, number) => number + 1) : way === 'the root key' ? [12] : [9, 45]
      let killed = 0
      for (const at of numbers) {
        const directory = path.join(folder, `${at}`)
        await cp(original, directory, { recursive: true })
        const wasKilled = await rotationKilledAt(directory, way, at)
        if (wasKilled) killed++
        await expectWhole(directory, way, `write ${at}`)
        await rm(directory, { recursive: true })
        if (!wasKilled) break
      }
      tell(`rotation of ${way}: killed before each of ${killed} writes`)
      expect(killed).toBeGreaterThan(0)
    },
  )
})

/** @returns whether it was killed before it had ended. */
function rotationKilledAt(directory: string, way: keyof typeof WAYS, at: number): Promise<boolean> {
  const { words, settings } = WAYS[way]
  const program = ['server/commands/main.ts', 'keys', 'rotate', ...words, '--json']
  const [strace, ...rest] = [...underFault(WRITES, 'signal=SIGKILL', at), process.execPath, ...program]
  const env = { PATH: process.env.PATH, PORTAL_DATA: directory, ...settings } as unknown as NodeJS.ProcessEnv
  const child = spawn(strace!, rest, { cwd: TOP, env, stdio: 'ignore' })
  return new Promise(resolve => child.once('exit', (_code, signal) => resolve(signal === 'SIGKILL')))
}

async function expectWhole(directory: string, way: keyof typeof WAYS, where: string): Promise<void> {
  const [rootKey, ...previous] = WAYS[way].keys
  const file = path.join(directory, 'portal.db')
  const before = rowsOf(file, 'organization_keys')
  const store = await open(directory, rootKey!, previous)
  const readAll = () =>
    store.read(async tx => {
      for (const id of messages) expect(await tx.messages.content((await tx.messages.find(id))!), where).toEqual(CONTENT)
    })
  await readAll()

  const parts = { store, clock: () => NEW_YEAR }
  if (way === 'the root key') await rotateRootKey(parts, course())
  else await rotateKeys(parts, null, course())
  await readAll()

  const keys = rowsOf(file, 'organization_keys')
  const current = new Set(keys.filter(key => key.retired_at === null).map(key => key.id))
  const behind = rowsOf(file, 'data_keys').filter(key => !current.has(key.kek))
  expect(behind, where).toEqual([])
  expect(current.size, where).toBe(6)
  if (way === 'the root key') expect(new Set(keys.map(key => key.root_key)).size, where).toBe(1)
  const gone = before.filter(
    ({ id, root_key }) => !keys.some(key => key.id === id && key.root_key === root_key && key.retired_at === null),
  )
  const wrapped = gone.map(key => key.wrapped as Buffer).filter(bytes => bytes.length > 0)
  expect(onDisk({ file }, wrapped), where).toEqual([])
  await store.close()
}
