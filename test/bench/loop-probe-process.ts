import { writeSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isMainThread, threadId } from 'node:worker_threads'
import { onSignalEverywhere } from './every-thread.ts'

// Loaded ahead of the program (node --import), in each of its threads: how long the event loop of each is held at most. SIGUSR2 makes
// every thread write one JSON line to stderr, and begin anew.
const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()

// The same in processor time, which is this thread's own: who waits for a processor that others have, holds nothing.
let before = processorTime()
let turns: number[] = []
setInterval(() => {
  const now = processorTime()
  turns.push(now - before)
  before = now
}, 1).unref()

function processorTime(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}

function tell(): void {
  const [longest, p99] = [delay.max / 1e6, delay.percentile(99) / 1e6]
  const sorted = turns.toSorted((a, b) => a - b)
  const worked = { worked: sorted.at(-1) ?? 0, workedP99: sorted[Math.floor(sorted.length * 0.99)] ?? 0 }
  writeSync(2, `${JSON.stringify({ loop: isMainThread ? 'main' : threadId, longest, p99, ...worked })}\n`)
  delay.reset()
  turns = []
}

onSignalEverywhere('loop-probe', tell)
