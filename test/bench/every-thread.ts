import { BroadcastChannel, isMainThread } from 'node:worker_threads'

/** In each thread that loads this, SIGUSR2 to the process runs `tell`. @param name - of what is told: two may be loaded at once. */
export function onSignalEverywhere(name: string, tell: () => void): void {
  const orders = new BroadcastChannel(name)
  orders.onmessage = tell
  orders.unref()
  if (!isMainThread) return
  process.on('SIGUSR2', () => {
    orders.postMessage('tell')
    tell()
  })
}
