import { copyFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { readConfig } from '../../server/config.ts'
import { setStage } from '../../server/demonstration/stage.ts'
import { disposeDue } from '../../server/disposal.ts'
import { expireDue } from '../../server/expiry.ts'
import { openParts } from '../../server/open-portal.ts'
import type { Log, Parts } from '../../server/parts.ts'
import { days } from '../../server/time.ts'
import { OPERATOR } from '../../server/trail/entry.ts'
import { fill } from './filled.ts'
import { type Bench, type Progress, type Row, rowOf } from './paired.ts'
import { watchWriter } from './writer-held.ts'

/** Messages in one transaction of the bare statements. */
const BARE_BATCH = 100
const LOOK_EVERY_MS = 5
const QUIET_LOOKS = 400
const BETWEEN_HALVES = days(2)
const GOALS = { processor: 1.3, heldMs: 10, list: 1.5 }

type SweepParts = Pick<Parts, 'store' | 'clock' | 'log' | 'endings'>

interface Sweep {
  /** How long after the messages were sent it comes. */
  after: number
  work(parts: SweepParts): Promise<number>
  /** What is next, so many at most. */
  due: string
  /** The statements it cannot do without, for one message. */
  bare(db: Database.Database): (row: BareRow) => void
}

interface BareRow {
  id: string
  mac: Buffer
}

const SWEEPS: Record<'expiry' | 'disposal', Sweep> = {
  expiry: {
    after: days(31),
    work: expireDue,
    due: "select * from messages where state in ('waiting', 'opened') order by expires_at limit ?",
    bare: db => {
      const change = db.prepare("update messages set state = 'expired', revision = revision + 1, mac = ? where id = ?")
      const tell = bareEntries(db, 'message.expired')
      return ({ id, mac }) => {
        change.run(mac, id)
        tell(id, mac)
      }
    },
  },
  disposal: {
    after: days(3_001),
    // The trail of this clinic is silent for years, which only an operator can believe.
    work: parts => disposeDue(parts, { actor: OPERATOR, isClockConfirmed: true }),
    due: "select * from messages where state <> 'disposed' order by retain_until, id limit ?",
    bare: db => {
      const change = db.prepare("update messages set state = 'disposed', revision = revision + 1, mac = ? where id = ?")
      const removed = db.prepare('delete from sealed_parts where owner = ? returning data_key').pluck()
      const overwrite = db.prepare('update data_keys set wrapped = zeroblob(60) where number = ?')
      const tell = bareEntries(db, 'message.disposed')
      return ({ id, mac }) => {
        change.run(mac, id)
        for (const key of removed.all(id)) overwrite.run(key)
        tell(id, mac)
      }
    },
  },
}

/** An entry of the trail with what is found by it, as long as one is. */
function bareEntries(db: Database.Database, action: string): (object: string, mac: Buffer) => void {
  const columns = 'number, at, organization, actor, action, object, revision, bytes, leaf_hash, mac'
  const insert = db.prepare(`insert into trail_entries (${columns}) values (?, 1, 'org_floor', 'portal', ?, ?, 9, ?, ?, ?)`)
  const move = db.prepare('update trail_head set size = ? where id = 1')
  let size = db.prepare('select size from trail_head').pluck().get() as number
  const bytes = Buffer.alloc(300, 7)
  return (object, mac) => {
    insert.run(size++, action, object, bytes, mac, mac)
    move.run(size)
  }
}

/**
 * What the portal does by itself with very many messages: half of them alone, beside the bare statements for as many in a copy of the same
 * database; half of them while a list is asked for, with how long the one writer is held at the longest, and how the list is answered.
 */
export const SWEEPING: Bench[] = (['expiry', 'disposal'] as const).flatMap(kind =>
  [10_000, 100_000].map(
    (size): Bench => ({
      name: `${kind}-sweep-${size}`,
      isLong: size > 10_000,
      run: progress => sweepOf(`${kind}-sweep-${size}`, SWEEPS[kind], size, progress),
    }),
  ),
)

async function sweepOf(name: string, sweep: Sweep, size: number, progress: Progress): Promise<Row[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'restante-bench-'))
  const held = watchWriter()
  try {
    const kept = await filledPortal(folder, size, share => progress(share * 0.6))
    const floor = bareSweep(folder, sweep, size)
    progress(0.8)
    const half = size / 2
    const swept = async () => {
      const done = await sweep.work(kept.parts)
      if (done < half) throw new Error(`${done} of ${half} were done.`)
    }
    kept.comeTo(0, sweep.after)
    const before = processorTime()
    await swept()
    const work = processorTime() - before
    progress(0.9)
    const quiet = await looks(kept.list, async () => pause(QUIET_LOOKS * LOOK_EVERY_MS))
    kept.comeTo(1, sweep.after)
    held.reset()
    const busy = await looks(kept.list, swept)
    await kept.close()
    const list = { work: percentile(busy, 0.99), floor: percentile(quiet, 0.99) }
    const heldUp = [...held.transactions, ...held.logs]
    const longest = Math.max(...heldUp)
    return [
      rowOf(`${name}: processor`, 'ms each', { work: work / half, floor: floor / size }, GOALS.processor),
      { ...heldRow(`${name}: writer held, longest`, longest), goal: GOALS.heldMs, met: longest <= GOALS.heldMs },
      heldRow(`${name}: writer held, p99`, percentile(heldUp, 0.99)),
      heldRow(`${name}: of it one commit, longest`, Math.max(...held.commits)),
      heldRow(`${name}: of it the log, longest`, Math.max(0, ...held.logs)),
      rowOf(`${name}: list of 50 meanwhile, p99`, 'ms', list, GOALS.list),
    ]
  } finally {
    held.end()
    await rm(folder, { recursive: true, force: true })
  }
}

const heldRow = (name: string, value: number): Row => ({
  ...{ name, value, unit: 'ms', floor: null, ratio: null, goal: null, met: null },
})

const SILENT: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

/** A portal with so many messages to Ben Okafor, half of them made days after the others, and Ada Lopez, who looks at her list. */
async function filledPortal(folder: string, size: number, progress: Progress) {
  let now = Date.now()
  // Stands still while the messages are made; from then on it runs, as sweeps go by how long they have held the writer.
  let since: number | undefined
  const clock = () => now + (since === undefined ? 0 : Math.floor(performance.now() - since))
  const config = readConfig({ PORTAL_DATA: folder })
  const { parts, close } = await openParts(config, { migrate: true, log: SILENT, clock })
  const stage = await setStage(parts, now)
  const sendTo = (name: string, email: string) =>
    stage.deposits({ to: { name, email }, from: 'Dr. Cole', subject: 'Welcome', text: 'Well.', expiresAt: now + days(360) })
  const made: number[] = []
  const mailbox = async (name: string, email: string, messages: number, progress: Progress = () => undefined) => {
    now += 1
    await stage.at(now)
    const deposit = await sendTo(name, email)
    const [first] = await parts.store.read(tx => tx.messages.ofDeposits([deposit]))
    const between = { organization: stage.organization.id, client: stage.gateway.client.client.id, deposit }
    await fill(parts.store, { ...between, recipient: first!.recipient }, messages, () => ++now, progress)
  }
  for (const half of [0, 1]) {
    now += half * BETWEEN_HALVES
    await mailbox('Ben Okafor', 'ben@example.com', size / 2, share => progress((half + share) / 2))
    made.push(now)
  }
  await stage.deliver()
  await mailbox('Ada Lopez', 'ada@example.com', 0)
  const ada = await (await stage.enrols('Ada Lopez', 'ada@example.com')).signsIn()
  for (let number = 0; number < 60; number++) {
    now += 1
    await stage.at(now)
    await sendTo('Ada Lopez', 'ada@example.com')
  }
  await stage.deliver()
  const portal = await stage.at(now)
  return {
    parts,
    /** So long after a half of the messages was made. */
    comeTo(half: 0 | 1, after: number) {
      now = made[half]! + after
      since = performance.now()
    },
    list: () => portal.listMessages(ada, { limit: 50 }),
    close,
  }
}

/** The bare statements in a copy of the database, as many messages in each durable commit as are worth one. @returns processor ms */
function bareSweep(folder: string, { bare, due }: Sweep, size: number): number {
  const copy = path.join(folder, 'floor.db')
  const original = new Database(path.join(folder, 'portal.db'))
  original.pragma('wal_checkpoint(TRUNCATE)')
  original.close()
  copyFileSync(path.join(folder, 'portal.db'), copy)
  const db = new Database(copy)
  for (const pragma of ['journal_mode = WAL', 'synchronous = FULL', 'secure_delete = ON', 'foreign_keys = ON']) db.pragma(pragma)
  try {
    const next = db.prepare(due)
    const one = bare(db)
    const batch = db.transaction(() => (next.all(BARE_BATCH) as BareRow[]).forEach(one))
    const before = processorTime()
    for (let done = 0; done < size; done += BARE_BATCH) batch.immediate()
    return processorTime() - before
  } finally {
    db.close()
  }
}

/** Asks for the list again and again while something goes on. @returns how long each answer took from when it was to be asked for */
async function looks(list: () => Promise<unknown>, meanwhile: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = []
  let isOver = false
  const looking = (async () => {
    for (let due = performance.now() + LOOK_EVERY_MS; !isOver; due = Math.max(due, performance.now()) + LOOK_EVERY_MS) {
      await pause(Math.max(1, due - performance.now()))
      await list()
      times.push(performance.now() - due)
    }
  })()
  await meanwhile()
  isOver = true
  await looking
  return times
}

function processorTime(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

const percentile = (numbers: readonly number[], share: number): number =>
  numbers.toSorted((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * share))]!
