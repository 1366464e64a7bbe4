import type { OwnWork } from './own-work.ts'
import type { Log } from './parts.ts'
import { type Clock, hours, minutes, seconds } from './time.ts'

/** What the portal does by itself, and how often. Any number of processes may do it at once: the tables are the queue. */
const JOBS: Job[] = [
  { name: 'send_due_letters', every: seconds(2), run: portal => portal.sendDueLetters() },
  { name: 'remind_due', every: minutes(5), run: portal => portal.remindDue() },
  { name: 'expire_due', every: seconds(30), run: (portal, stopping) => portal.expireDue(stopping) },
  { name: 'dispose_due', every: minutes(10), run: (portal, stopping) => portal.disposeDue(stopping) },
  { name: 'sign_checkpoint', every: minutes(1), run: async portal => ((await portal.signCheckpoint()) === null ? 0 : 1) },
  { name: 'forget_stale', every: minutes(10), run: portal => portal.forgetStale() },
  { name: 'forget_drafts', every: minutes(10), run: portal => portal.forgetDrafts() },
  { name: 'sweep_files', every: minutes(1), run: portal => portal.sweepFiles() },
  { name: 'check_files', every: hours(24), first: minutes(15), run: portal => portal.checkFiles() },
  { name: 'renew_deposit_keys', every: hours(6), run: portal => portal.renewDepositKeys() },
]

/** What a process does by itself that only answers people: another one signs the trail, and this one would go on showing a changed one. */
const LOOKING: Job[] = [
  {
    name: 'look_at_trail',
    every: hours(1),
    first: hours(1),
    run: async portal => {
      await portal.lookAtTrail()
      return 0
    },
  },
]

interface Job {
  name: string
  /** Milliseconds from the end of one run to the start of the next. */
  every: number
  /** Milliseconds until the first run; at once when left out. */
  first?: number
  /** Says how much was done. What can take minutes leaves the rest to the next start when the process is `stopping`. */
  run(portal: OwnWork, stopping: AbortSignal): Promise<number>
}

export interface Jobs {
  /** Sends what waits in the outbox now, not at the next round. */
  wakeOutbox(): void
  /** Starts nothing more, and resolves when what is running has ended. */
  stop(): Promise<void>
}

/**
 * Starts the portal's own work. A job never overlaps itself; when it fails, that is logged, and it runs again at its next turn.
 *
 * @param clock - for telling how long a job took; the turns themselves are timers.
 */
export function startJobs(portal: OwnWork, around: Around): Jobs {
  const turns = JOBS.map(job => takeTurns(job, portal, around))
  return { wakeOutbox: () => turns[0]!.wake(), stop: stopping(turns) }
}

/** Starts what a process does by itself that leaves the portal's own work to others. */
export function startLooking(portal: OwnWork, around: Around): Pick<Jobs, 'stop'> {
  return { stop: stopping(LOOKING.map(job => takeTurns(job, portal, around))) }
}

interface Around {
  log: Log
  clock: Clock
}

const stopping = (turns: { stop(): Promise<void> }[]) => async () => {
  await Promise.all(turns.map(turn => turn.stop()))
}

function takeTurns(job: Job, portal: OwnWork, around: Around) {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | null = null
  let isWanted = false
  const stopping = new AbortController()
  const { signal } = stopping

  const begin = (): void => {
    clearTimeout(timer)
    isWanted = false
    running = runOnce(job, portal, around, signal).then(() => {
      running = null
      // Something may have come in after this run had looked.
      if (!signal.aborted) schedule(isWanted ? 0 : job.every)
    })
  }
  const schedule = (delay: number): void => {
    timer = setTimeout(begin, delay)
  }

  schedule(job.first ?? 0)
  return {
    wake(): void {
      if (signal.aborted) return
      if (running !== null) isWanted = true
      else begin()
    },
    async stop(): Promise<void> {
      stopping.abort()
      clearTimeout(timer)
      await running
    },
  }
}

async function runOnce(job: Job, portal: OwnWork, { log, clock }: Around, stopping: AbortSignal): Promise<void> {
  const begun = clock()
  try {
    const done = await job.run(portal, stopping)
    if (done > 0) log.debug('job.done', { job: job.name, done, milliseconds: clock() - begun })
  } catch (error) {
    log.error('job.failed', error, { job: job.name })
  }
}
