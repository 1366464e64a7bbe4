import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startJobs, startLooking } from '../../server/jobs.ts'
import { hours, minutes, seconds } from '../../server/time.ts'

// Only the timers are stood in for; the jobs are real functions that count.
beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function portalThatCounts() {
  const runs: string[] = []
  const errors: string[] = []
  const work = {
    sendDueLetters: async () => runs.push('letters'),
    remindDue: async () => 0,
    expireDue: async () => runs.push('expire'),
    disposeDue: async () => 0,
    signCheckpoint: async () => {
      runs.push('checkpoint')
      return null
    },
    forgetStale: async () => runs.push('forget'),
    lookAtTrail: async () => void runs.push('look'),
    forgetDrafts: async () => 0,
    sweepFiles: async () => runs.push('files'),
    checkFiles: async () => runs.push('check'),
    renewDepositKeys: async () => runs.push('keys'),
  }
  const nothing = () => undefined
  const log = { debug: nothing, info: nothing, warn: nothing, error: (event: string) => void errors.push(event) }
  const times = (name: string) => runs.filter(run => run === name).length
  return { work, log, errors, times, start: () => startJobs(work, { log, clock: () => 0 }) }
}

test('every job runs at the start and then at its own pace', async () => {
  const { start, times } = portalThatCounts()
  const jobs = start()
  await vi.advanceTimersByTimeAsync(0)
  expect(['letters', 'expire', 'checkpoint', 'forget', 'files', 'check', 'keys'].map(times)).toEqual([1, 1, 1, 1, 1, 0, 1])
  await vi.advanceTimersByTimeAsync(minutes(10))
  expect(['letters', 'expire', 'checkpoint', 'forget', 'files', 'check', 'keys'].map(times)).toEqual([301, 21, 11, 2, 11, 0, 1])
  await jobs.stop()
})

test('a stop is told to what sweeps thousands, and waits for it', async () => {
  const { work, log } = portalThatCounts()
  const ended: string[] = []
  const sweeping = (name: string) => (stopping?: AbortSignal) =>
    new Promise<number>(resolve => {
      stopping?.addEventListener('abort', () => {
        ended.push(name)
        resolve(1)
      })
    })
  const jobs = startJobs({ ...work, expireDue: sweeping('expire'), disposeDue: sweeping('dispose') }, { log, clock: () => 0 })
  await vi.advanceTimersByTimeAsync(0)
  expect(ended).toEqual([])
  await jobs.stop()
  expect(ended).toEqual(['expire', 'dispose'])
})

test('a process that only answers looks at the trail every hour, and does nothing of what others do', async () => {
  const { work, log, times } = portalThatCounts()
  const looking = startLooking(work, { log, clock: () => 0 })
  await vi.advanceTimersByTimeAsync(hours(3))
  expect(['look', 'letters', 'checkpoint', 'forget'].map(times)).toEqual([3, 0, 0, 0])
  await looking.stop()
  await vi.advanceTimersByTimeAsync(hours(3))
  expect(times('look')).toBe(3)
})

test('a letter does not wait for the next round when the outbox is woken', async () => {
  const { start, times } = portalThatCounts()
  const jobs = start()
  await vi.advanceTimersByTimeAsync(0)
  jobs.wakeOutbox()
  await vi.advanceTimersByTimeAsync(0)
  expect(times('letters')).toBe(2)
  await jobs.stop()
})

test('a job never overlaps itself; being woken meanwhile makes it run once more', async () => {
  const { work, log, times } = portalThatCounts()
  let finish: () => void = () => undefined
  let atOnce = 0
  let most = 0
  const slow = async () => {
    most = Math.max(most, ++atOnce)
    await new Promise<void>(resolve => {
      finish = resolve
    })
    atOnce--
    return work.sendDueLetters()
  }
  const jobs = startJobs({ ...work, sendDueLetters: slow }, { log, clock: () => 0 })
  await vi.advanceTimersByTimeAsync(minutes(1))
  for (let calls = 0; calls < 5; calls++) jobs.wakeOutbox()
  finish()
  await vi.advanceTimersByTimeAsync(0)
  finish()
  await vi.advanceTimersByTimeAsync(0)
  expect([times('letters'), most]).toEqual([2, 1])
  const stopped = jobs.stop()
  finish()
  await stopped
})

test('a job that fails is logged and runs again, and the others go on', async () => {
  const { work, log, errors, times } = portalThatCounts()
  let failures = 0
  const failing = async () => {
    failures += 1
    throw new Error('database is locked')
  }
  const jobs = startJobs({ ...work, expireDue: failing }, { log, clock: () => 0 })
  await vi.advanceTimersByTimeAsync(seconds(60))
  expect(failures).toBe(3)
  expect(errors).toEqual(['job.failed', 'job.failed', 'job.failed'])
  expect(times('letters')).toBe(31)
  await jobs.stop()
})

test('stopping waits for what is running and starts nothing more', async () => {
  const { work, log, times } = portalThatCounts()
  let finish: () => void = () => undefined
  const slow = async () => {
    await new Promise<void>(resolve => {
      finish = resolve
    })
    return work.forgetStale()
  }
  const jobs = startJobs({ ...work, forgetStale: slow }, { log, clock: () => 0 })
  await vi.advanceTimersByTimeAsync(0)
  let isStopped = false
  const stopped = jobs.stop().then(() => {
    isStopped = true
  })
  await vi.advanceTimersByTimeAsync(seconds(5))
  expect(isStopped).toBe(false)
  finish()
  await stopped
  const before = times('letters')
  jobs.wakeOutbox()
  await vi.advanceTimersByTimeAsync(minutes(1))
  expect([times('letters'), times('forget')]).toEqual([before, 1])
})
