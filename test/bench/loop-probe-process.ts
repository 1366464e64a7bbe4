import { writeSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { BroadcastChannel, isMainThread, threadId } from 'node:worker_threads'

// Loaded ahead of the program (node --import), in each of its threads: how long the event loop of each is held at most. SIGUSR2 makes
// every thread write one JSON line to stderr, and begin anew.
const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()
const orders = new BroadcastChannel('loop-probe')

function tell(): void {
  writeSync(
    2,
    `${JSON.stringify({ loop: isMainThread ? 'main' : threadId, longest: delay.max / 1e6, p99: delay.percentile(99) / 1e6 })}\n`,
  )
  delay.reset()
}

orders.onmessage = tell
orders.unref()
if (isMainThread) {
  process.on('SIGUSR2', () => {
    orders.postMessage('tell')
    tell()
  })
}
