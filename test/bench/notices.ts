import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { startSmtp } from '../support/smtp-server.ts'
import { startPortal } from './deposits.ts'
import { bareDatabase } from './floor.ts'
import { type Bench, median, type Progress, type Row, timed } from './paired.ts'
import { launchWatched, processorTimes, spentBetween } from './processor-probe.ts'

const AT_ONCE = 16
const WARM_UP = 80
const DEPOSITS = 480
/** A portal that takes longer is broken, not slow. */
const LEFT_WITHIN_MS = 60_000
const FLOOR_COMMITS = 50

type Whom = 'many' | 'one'

interface Measured {
  /** By the clock, until the last deposit was answered. */
  eachMs: number
  /** How long after that the last letter had left. */
  behindMs: number
  /** Processor time for one deposit with its letter. */
  portalMs: number
  wholeMs: number
  /** The same bytes committed by a bare database. */
  commitMs: number
}

/**
 * Sixteen who deposit, each deposit to somebody new, and letters that leave meanwhile for a mail server in a process of its own; beside it the
 * same to one person, whose notices leave together.
 */
export const NOTICES: Bench = {
  name: 'deposit-many-recipients',
  async run(progress) {
    const many = await measure('many', share => progress(share / 2))
    const one = await measure('one', share => progress((1 + share) / 2))
    return [...rowsFor(NOTICES.name, many, one), ...rowsFor('deposit-one-recipient', one, null)]
  },
}

async function measure(whom: Whom, progress: Progress): Promise<Measured> {
  const sink = await startSmtp({ behaviour: 'accept', tls: 'none' })
  let number = 0
  const portal = await startPortal('json', {
    launch: () => launchWatched({ SMTP_URL: `${sink.url}?tls=off`, LOG_LEVEL: 'warn' }),
    recipients: () => [{ email: whom === 'one' ? 'ada@example.com' : `patient${number++}@example.com`, name: 'Ada Lopez' }],
  })
  const outbox = new Database(path.join(portal.server.dataDirectory, 'portal.db'), { readonly: true })
  try {
    await depositing(portal, WARM_UP)
    await allLeft(outbox)
    const before = await processorTimes(portal.server)
    const begun = performance.now()
    await depositing(portal, DEPOSITS, progress)
    const deposited = performance.now()
    await allLeft(outbox)
    const left = performance.now()
    const spent = spentBetween(before, await processorTimes(portal.server))
    return {
      ...{ eachMs: (deposited - begun) / DEPOSITS, behindMs: left - deposited },
      ...{ portalMs: spent.portal / DEPOSITS, wholeMs: spent.whole / DEPOSITS },
      commitMs: await rawCommit(portal.bytes),
    }
  } finally {
    outbox.close()
    await portal.stop()
    await sink.stop()
  }
}

async function depositing(portal: Awaited<ReturnType<typeof startPortal>>, count: number, progress?: Progress): Promise<void> {
  let begun = 0
  const depositor = async (): Promise<void> => {
    while (begun < count) {
      begun++
      progress?.(begun / count)
      await portal.deposit(await portal.body())
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, depositor))
}

/** Until nothing waits that might leave. */
async function allLeft(outbox: Database.Database): Promise<void> {
  const due = outbox.prepare(`select count(*) from outbox where state in ('queued', 'deferred') and next_attempt_at <= ?`).pluck()
  const until = performance.now() + LEFT_WITHIN_MS
  while (due.get(Date.now()) !== 0) {
    if (performance.now() > until) throw new Error(`After ${LEFT_WITHIN_MS / 1_000} s there are letters that have not left.`)
    await pause(20)
  }
}

async function rawCommit(bytes: number): Promise<number> {
  const { commit, close } = bareDatabase()
  const times: number[] = []
  for (let round = 0; round < FLOOR_COMMITS; round++) times.push(await timed(() => commit(new Uint8Array(bytes))))
  close()
  return median(times)
}

function rowsFor(name: string, measured: Measured, simpler: Measured | null): Row[] {
  const row = (what: string, value: number, unit: string, floor: number | null): Row => ({
    ...{ name: `${name}: ${what}`, value, unit, floor, ratio: floor === null ? null : value / floor, goal: null, met: null },
  })
  return [
    row('by the clock', measured.eachMs, 'ms each', measured.commitMs),
    row('deposits', 1_000 / measured.eachMs, '/s', null),
    row('letters left behind', measured.behindMs, 'ms', null),
    row("processor, portal's thread", measured.portalMs, 'ms each', simpler?.portalMs ?? null),
    row('processor, all threads', measured.wholeMs, 'ms each', simpler?.wholeMs ?? null),
  ]
}
