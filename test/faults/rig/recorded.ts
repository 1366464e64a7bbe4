import { spawnSync } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ActName } from './acts.ts'
import { ownFolder } from './prepared.ts'

const PROCESS = fileURLToPath(new URL('./act-process.ts', import.meta.url))

export type DatabaseFile = 'portal.db' | 'portal.db-wal'

/** What a process did to the database's files, in order; `acknowledged` is the moment it was told that its act is done. */
export type Step =
  | { kind: 'write'; file: DatabaseFile; offset: number; bytes: Buffer }
  | { kind: 'truncate'; file: DatabaseFile; size: number }
  | { kind: 'unlink'; file: DatabaseFile }
  /** Its thread waits until it is `sync`ed; others go on, and what they write meanwhile it does not cover. */
  | { kind: 'syncing'; file: DatabaseFile; thread: string }
  | { kind: 'sync'; file: DatabaseFile; thread: string }
  | { kind: 'acknowledged' }

/** Does an act on a folder and writes down every write and every fsync. @param commits - `hoped-for`: without waiting for the disk. */
export async function recorded(folder: string, name: ActName, commits: 'durable' | 'hoped-for'): Promise<Step[]> {
  const notes = await ownFolder()
  const calls = 'pwrite64,ftruncate,fsync,fdatasync,unlink,write'
  // A file for each thread, with moments and durations: the lines of one thread are whole.
  const tracing = [
    '-ff',
    '-qq',
    '-ttt',
    '-T',
    '-y',
    '-xx',
    '-s',
    '1000000',
    '-o',
    path.join(notes, 'thread'),
    '-e',
    `trace=${calls}`,
  ]
  const { status, stderr } = spawnSync('strace', [...tracing, process.execPath, PROCESS, folder, name, '0', commits])
  if (status !== 0) throw new Error(`“${name}” failed by itself:\n${stderr}`)
  const moments: Moment[] = []
  for (const thread of await readdir(notes)) {
    const lines = (await readFile(path.join(notes, thread), 'latin1')).split('\n')
    moments.push(...lines.flatMap(line => momentsIn(line, thread)))
  }
  const steps = moments.sort((one, other) => one.at - other.at).map(({ step }) => step)
  if (!steps.some(({ kind }) => kind === 'acknowledged')) throw new Error('Nothing was acknowledged.')
  return steps
}

interface Moment {
  /** Microseconds. */
  at: number
  step: Step
}

const HEX = '((?:\\\\x[0-9a-f]{2})*)'
const ARGUMENTS = `(?:(\\d+)<${HEX}>)?(?:, )?(?:"${HEX}")?(?:, )?(\\d+)?(?:, )?(\\d+)?`
const CALL = new RegExp(`^(\\d+)\\.(\\d{6}) (\\w+)\\(${ARGUMENTS}\\) += \\d+ <(\\d+)\\.(\\d{6})>`)

/** A call counts from when it was made; only a flush is of use when it has ended. */
function momentsIn(line: string, thread: string): Moment[] {
  const [, seconds, micros, call, descriptor, named = '', quoted = '', first, second, lasted, lastedMicros] =
    CALL.exec(line) ?? []
  const at = Number(seconds) * 1e6 + Number(micros)
  if (call === 'write')
    return descriptor === '1' && unhex(quoted).toString() === 'done\n' ? [{ at, step: { kind: 'acknowledged' } }] : []
  const file = path.basename(unhex(call === 'unlink' ? quoted : named).toString())
  if (file !== 'portal.db' && file !== 'portal.db-wal') return []
  switch (call) {
    case 'pwrite64':
      return [{ at, step: { kind: 'write', file, offset: Number(second), bytes: unhex(quoted) } }]
    case 'ftruncate':
      return [{ at, step: { kind: 'truncate', file, size: Number(first) } }]
    case 'unlink':
      return [{ at, step: { kind: 'unlink', file } }]
    default:
      return [
        { at, step: { kind: 'syncing', file, thread } },
        { at: at + Number(lasted) * 1e6 + Number(lastedMicros), step: { kind: 'sync', file, thread } },
      ]
  }
}

const unhex = (text: string): Buffer => Buffer.from(text.replaceAll('\\x', ''), 'hex')
