import type { Catalogue } from './en.ts'

/** How long to wait, rounded up: nobody who waits as long as they were told may be told to wait again. "in 30 seconds", "in 8 minutes" */
export const tellWait = (seconds: number, { wait }: Catalogue): string =>
  seconds < 60 ? wait.seconds(Math.ceil(seconds / STEP) * STEP) : wait.minutes(Math.ceil(seconds / 60))

// Nobody counts single seconds.
const STEP = 5
