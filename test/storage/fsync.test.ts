import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { openStorage } from '../../storage/index.ts'
import { NEW_YEAR, ROOT_KEY } from '../support/storage.ts'

const WRITER = fileURLToPath(new URL('./writer-process.ts', import.meta.url))
// The kernel's answer to fsync can only be changed from outside the process; where strace may not do it, the test is left out.
const canInject = spawnSync('strace', ['-qq', '-e', 'inject=fsync:error=EIO', 'true']).status === 0

interface Line {
  kept?: string
  refused?: string
  failure?: string
  answers?: boolean
}

/** The engine's own flush of the log, behind a commit; and SQLite's, of the log that begins anew, inside one. */
const FLUSHES = [
  ['fdatasync', 3],
  ['fsync', 5],
] as const

test.skipIf(!canInject).each(FLUSHES)(
  'after a failed %s nothing is acknowledged any more, and what was acknowledged is there',
  async (call, when) => {
    const directory = await mkdtemp(join(tmpdir(), 'restante-'))
    const options = { url: `sqlite:${directory}/portal.db`, dataDirectory: directory, rootKey: ROOT_KEY, now: NEW_YEAR }
    await (await openStorage(options)).close()

    const fault = ['-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:error=EIO:when=${when}`]
    // Calls are counted thread by thread: with one thread for files it is known which of them fails.
    const env = { ...process.env, UV_THREADPOOL_SIZE: '1' }
    const { stdout } = await promisify(execFile)('strace', [...fault, process.execPath, WRITER, directory, '8'], { env })
    const lines = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as Line)
    const kept = lines.flatMap(line => line.kept ?? [])
    const refused = lines.flatMap(line => line.refused ?? [])

    // The fsync failed only once; every later one would have succeeded.
    expect(kept.length).toBeGreaterThan(0)
    expect(refused.length).toBeGreaterThan(1)
    expect(new Set(refused)).toEqual(new Set(['unavailable']))
    expect(lines.findIndex(line => line.refused)).toBeGreaterThan(lines.findLastIndex(line => line.kept))
    expect(lines.filter(line => line.failure)).toHaveLength(1)
    expect(lines.at(-1)).toEqual({ answers: false, migrated: false })

    const store = await openStorage(options)
    const stored = (await store.read(tx => tx.organizations.list())).map(({ id }) => id)
    expect(stored).toEqual(expect.arrayContaining(kept))
    await store.close()
    await rm(directory, { recursive: true, force: true })
  },
)
