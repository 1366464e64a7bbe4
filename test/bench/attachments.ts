import { spawn } from 'node:child_process'
import { createCipheriv, createDecipheriv, createHash, createSecretKey, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import path from 'node:path'
import { CHUNK_BYTES } from '../../storage/sealing/stream.ts'
import type { RunningServer } from '../support/launch.ts'
import { downloads, type MadeFile, madeFile, memoryFor, opensFileOf, processorTime, uploads } from '../support/transfers.ts'
import { launchProbed, loopsHeld } from './loop-probe.ts'
import { type Bench, median, type Row } from './paired.ts'
import { type Prepared, preparedFolder } from './prepared.ts'

const ROUNDS = 3
const PROCESSOR_GOAL = 3
const MEMORY_GOAL_MB = 16
const LOOP_GOAL_MS = 5

/** A server that takes what comes and throws it away, or sends as many bytes as it is asked for. */
const BARE = `
const block = Buffer.alloc(65536, 7)
require('node:http').createServer(async (asked, answer) => {
  for await (const _ of asked);
  const wanted = Number(new URL(asked.url, 'http://x').searchParams.get('bytes') ?? 0)
  for (let sent = 0; sent < wanted; sent += block.length) if (!answer.write(block)) await require('node:events').once(answer, 'drain')
  answer.end()
}).listen(0, function () { console.log(this.address().port) })`

const NO_GOAL = { goal: null, met: null }

interface Measured {
  processor: number
  bare: number
  memory: number
}

/** Attachments up and down through the real program: processor beside a server that throws the bytes away, memory, and the event loops. */
export const ATTACHMENTS: Bench[] = [10, 100].map(
  (megabytes): Bench => ({
    name: `attachment-${megabytes}mb`,
    async run(progress) {
      const prepared = await preparedFolder({ messages: 2 })
      const server = await launchProbed({ PORTAL_DATA: prepared.folder })
      const bare = spawn(process.execPath, ['--eval', BARE], { cwd: path.sep, stdio: ['ignore', 'pipe', 'inherit'] })
      try {
        const [line] = (await once(bare.stdout, 'data')) as [Buffer]
        const floor = { pid: bare.pid!, origin: `http://127.0.0.1:${line.toString('utf8').trim()}` }
        const file = madeFile(megabytes)
        await roundTrip(server, prepared, madeFile(4), floor) // warm
        await loopsHeld(server)
        const rounds: Record<'up' | 'down', Measured>[] = []
        for (let round = 0; round < ROUNDS; round++) {
          rounds.push(await roundTrip(server, prepared, file, floor))
          progress((round + 1) / ROUNDS)
        }
        const held = await loopsHeld(server)
        return [
          ...(['up', 'down'] as const).flatMap(way =>
            rowsOf(
              `${this.name}-${way}`,
              file.size,
              rounds.map(round => round[way]),
              median(rounds.map(() => ciphersAlone(way, file.size))),
            ),
          ),
          loopRow(`${this.name}: loops p99`, Math.max(...held.map(({ p99 }) => p99))),
          // Who waits for a processor that the client has holds nothing.
          loopRow(`${this.name}: loops p99, processor`, Math.max(...held.map(({ workedP99 }) => workedP99))),
        ]
      } finally {
        bare.kill()
        await server.stop()
        await prepared.remove()
      }
    },
  }),
)

async function roundTrip(
  server: RunningServer,
  { apiKey, sessions: [cookie = ''] }: Prepared,
  file: MadeFile,
  floor: { pid: number; origin: string },
): Promise<Record<'up' | 'down', Measured>> {
  const up = await measured(server.pid, () => uploads(server.origin, apiKey, file))
  const bareUp = await measured(floor.pid, () => uploads(floor.origin, '', file))
  const message = up.done.json.messages?.[0]?.id
  if (message === undefined) throw new Error(`The portal answered ${up.done.status}.`)
  const where = await opensFileOf(server.origin, cookie, message)
  const down = await measured(server.pid, () => downloads(server.origin, cookie, where))
  const bareDown = await measured(floor.pid, () => downloads(floor.origin, cookie, `/?bytes=${file.size}`))
  if (down.done.sha256 !== file.sha256) throw new Error('What came back is not what was sent.')
  return {
    up: { processor: up.processor, bare: bareUp.processor, memory: up.memory },
    down: { processor: down.processor, bare: bareDown.processor, memory: down.memory },
  }
}

async function measured<T>(pid: number, work: () => Promise<T>): Promise<{ done: T; processor: number; memory: number }> {
  const before = processorTime(pid)
  const { done, more } = await memoryFor(pid, work)
  return { done, processor: processorTime(pid) - before, memory: more }
}

const loopRow = (name: string, value: number): Row => ({
  ...{ name, value, unit: 'ms', floor: null, ratio: null, goal: LOOP_GOAL_MS, met: value <= LOOP_GOAL_MS },
})

/** What nobody who seals and binds bytes can do without, in chunks as the portal's. */
function ciphersAlone(way: 'up' | 'down', size: number): number {
  const [key, nonce, block] = [createSecretKey(randomBytes(32)), Buffer.alloc(12), Buffer.alloc(CHUNK_BYTES)]
  const sealing = createCipheriv('aes-256-gcm', key, nonce)
  const sealed = sealing.update(block)
  sealing.final()
  const tag = sealing.getAuthTag()
  const digest = createHash('sha256')
  const before = process.cpuUsage()
  for (let done = 0; done < size; done += CHUNK_BYTES) {
    if (way === 'up') {
      digest.update(block)
      const cipher = createCipheriv('aes-256-gcm', key, nonce)
      cipher.update(block)
      cipher.final()
      cipher.getAuthTag()
    } else {
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tag.length })
      decipher.setAuthTag(tag)
      decipher.update(sealed)
      decipher.final()
    }
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}

/** @param ciphers - processor that they alone take, in milliseconds */
function rowsOf(name: string, size: number, rounds: readonly Measured[], ciphers: number): Row[] {
  const [value, floor] = [median(rounds.map(round => round.processor)), median(rounds.map(round => round.bare))]
  const ratio = value / floor
  const memory = Math.max(...rounds.map(round => round.memory))
  return [
    { name: `${name}: processor`, value, unit: 'ms', floor, ratio, goal: PROCESSOR_GOAL, met: ratio <= PROCESSOR_GOAL },
    {
      name: `${name}: floor and ciphers alone`,
      value: floor + ciphers,
      unit: 'ms',
      floor,
      ratio: 1 + ciphers / floor,
      ...NO_GOAL,
    },
    { name: `${name}: the floor`, value: size / 1_000 / floor, unit: 'MB/s', floor: null, ratio: null, ...NO_GOAL },
    {
      name: `${name}: memory`,
      value: memory,
      unit: 'MB more',
      floor: null,
      ratio: null,
      goal: MEMORY_GOAL_MB,
      met: memory <= MEMORY_GOAL_MB,
    },
  ]
}
