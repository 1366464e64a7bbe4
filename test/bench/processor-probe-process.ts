import { writeSync } from 'node:fs'
import { BroadcastChannel, isMainThread, threadId } from 'node:worker_threads'

// Loaded ahead of the program (node --import), in each of its threads: the processor time each has had since it began. SIGUSR2 makes every
// thread write one JSON line to stderr.
const orders = new BroadcastChannel('processor-probe')

function tell(): void {
  const { user, system } = process.threadCpuUsage()
  writeSync(2, `${JSON.stringify({ processor: isMainThread ? 'main' : threadId, milliseconds: (user + system) / 1_000 })}\n`)
}

orders.onmessage = tell
orders.unref()
if (isMainThread) {
  process.on('SIGUSR2', () => {
    orders.postMessage('tell')
    tell()
  })
}
