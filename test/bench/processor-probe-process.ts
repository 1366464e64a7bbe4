import { writeSync } from 'node:fs'
import { isMainThread, threadId } from 'node:worker_threads'
import { onSignalEverywhere } from './every-thread.ts'

// Loaded ahead of the program (node --import), in each of its threads: the processor time each has had since it began. SIGUSR2 makes every
// thread write one JSON line to stderr.
function tell(): void {
  const { user, system } = process.threadCpuUsage()
  writeSync(2, `${JSON.stringify({ processor: isMainThread ? 'main' : threadId, milliseconds: (user + system) / 1_000 })}\n`)
}

onSignalEverywhere('processor-probe', tell)
