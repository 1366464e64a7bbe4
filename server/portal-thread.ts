import { Worker } from 'node:worker_threads'

/** Of the memory for what is soon forgotten; by itself, V8 takes 48. */
const YOUNG_MEGABYTES = 6

let ahead: Worker | null = null

/**
 * Lets the thread of the portal begin to load, beside this one, before anybody knows what it will be told to open. Whoever calls this takes
 * the thread, or lets go of it.
 */
export function beginThread(): void {
  ahead = newThread()
  ahead.unref() // what must not start ends without it
}

/** The thread that was begun, or a new one. It waits for its task: see portal-worker.ts. */
export function takeThread(): Worker {
  const thread = ahead ?? newThread()
  ahead = null
  thread.ref()
  return thread
}

/** Lets go of the thread that was begun: the portal is opened in this one. */
export async function dropThread(): Promise<void> {
  await ahead?.terminate()
  ahead = null
}

const newThread = (): Worker =>
  new Worker(new URL('./portal-worker.ts', import.meta.url), {
    // The bytes of a file that passes through are garbage at once, and are let lie until there are several times as many as this.
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
  })
