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
  | { kind: 'sync'; file: DatabaseFile }
  | { kind: 'acknowledged' }

/** Does an act on a folder and writes down every write and every fsync. @param commits - `hoped-for`: without waiting for the disk. */
export async function recorded(folder: string, name: ActName, commits: 'durable' | 'hoped-for'): Promise<Step[]> {
  const notes = await ownFolder()
  const calls = 'pwrite64,ftruncate,fsync,fdatasync,unlink,write'
  // A file for each thread: the lines of one thread are whole.
  const tracing = ['-ff', '-qq', '-y', '-xx', '-s', '1000000', '-o', path.join(notes, 'thread'), '-e', `trace=${calls}`]
  const { status, stderr } = spawnSync('strace', [...tracing, process.execPath, PROCESS, folder, name, '0', commits])
  if (status !== 0) throw new Error(`“${name}” failed by itself:\n${stderr}`)
  for (const file of await readdir(notes)) {
    const steps = (await readFile(path.join(notes, file), 'latin1')).split('\n').flatMap(stepIn)
    if (steps.some(({ kind }) => kind === 'acknowledged')) return steps
  }
  throw new Error('Nothing was acknowledged.')
}

const HEX = '((?:\\\\x[0-9a-f]{2})*)'
const CALL = new RegExp(`^(\\w+)\\((?:(\\d+)<${HEX}>)?(?:, )?(?:"${HEX}")?(?:, )?(\\d+)?(?:, )?(\\d+)?\\) += \\d+`)

function stepIn(line: string): Step[] {
  const [, call, descriptor, named = '', quoted = '', first, second] = CALL.exec(line) ?? []
  if (call === 'write') return descriptor === '1' && unhex(quoted).toString() === 'done\n' ? [{ kind: 'acknowledged' }] : []
  const file = path.basename(unhex(call === 'unlink' ? quoted : named).toString())
  if (file !== 'portal.db' && file !== 'portal.db-wal') return []
  switch (call) {
    case 'pwrite64':
      return [{ kind: 'write', file, offset: Number(second), bytes: unhex(quoted) }]
    case 'ftruncate':
      return [{ kind: 'truncate', file, size: Number(first) }]
    case 'unlink':
      return [{ kind: 'unlink', file }]
    default:
      return [{ kind: 'sync', file }]
  }
}

const unhex = (text: string): Buffer => Buffer.from(text.replaceAll('\\x', ''), 'hex')
