import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Instant } from '../../../server/time.ts'
import { type ActName, actNamed } from './acts.ts'
import { openPortal } from './opened.ts'
import { clinicFolder } from './prepared.ts'
import { storyIn } from './prepared-story.ts'
import { QUICKLY_STARTED } from './working.ts'

const PROCESS = fileURLToPath(new URL('./act-process.ts', import.meta.url))

export interface Acted {
  /** It was told that the act was done. */
  acknowledged: boolean
  /** It was killed before it ended by itself. */
  killed: boolean
}

/**
 * Does one act on a folder's portal, in a process of its own, where it may be cut short.
 *
 * @param how - `under`: the command line it is run under; `deadlyStatement`: it ends itself before the statement of this number.
 */
export async function act(
  folder: string,
  name: ActName,
  { under = [], deadlyStatement }: { under?: string[]; deadlyStatement?: number } = {},
): Promise<Acted> {
  const line = [...under, process.execPath, PROCESS, folder, name, ...(deadlyStatement ? [String(deadlyStatement)] : [])]
  // Where its system calls are counted, Node must make none of its own.
  const env = under.length === 0 ? QUICKLY_STARTED : process.env
  const child = spawn(line[0]!, line.slice(1), { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const said: string[] = []
  const complaints: string[] = []
  child.stdout.setEncoding('utf8').on('data', text => said.push(text))
  child.stderr.setEncoding('utf8').on('data', text => complaints.push(text))
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  if (signal !== 'SIGKILL' && code !== 0) throw new Error(`“${name}” failed by itself:\n${complaints.join('')}`)
  return { acknowledged: said.join('').includes('done'), killed: signal === 'SIGKILL' }
}

/** A copy of the prepared clinic on which it can be done. */
export async function folderFor(name: ActName): Promise<string> {
  const folder = await clinicFolder()
  await actNamed(name).prepare?.(folder)
  return folder
}

/** Does it here and undisturbed. */
export async function actUndisturbed(folder: string, name: ActName): Promise<void> {
  const opened = await openPortal(folder, await momentOf(folder, name))
  await actNamed(name).run(opened, await storyIn(folder))
  await opened.close()
}

/** The moment an act is done at. */
export async function momentOf(folder: string, name: ActName): Promise<Instant> {
  const story = await storyIn(folder)
  return actNamed(name).at?.(story) ?? story.now
}

/** Two at a time: as many as the smallest machine has cores. Stops early when `each` says that there is nothing further. */
export async function inPairs<T>(list: Iterable<T>, each: (one: T) => Promise<'go on' | 'enough'>): Promise<void> {
  const iterator = list[Symbol.iterator]()
  let isEnough = false
  const worker = async () => {
    for (let next = iterator.next(); !next.done && !isEnough; next = iterator.next())
      if ((await each(next.value)) === 'enough') isEnough = true
  }
  await Promise.all([worker(), worker()])
}
