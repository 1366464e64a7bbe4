import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { seconds } from './time.ts'

/** By then whoever waited for the start has been answered. */
const SOON = seconds(10)

/**
 * Lets go of what only the start of this thread needed, a while after it. By itself V8 collects what is old when much that is new comes, and
 * in an idle portal nothing does. One collection, of 10 to 15 ms, is enough: behind it V8 sees that little is going on, and shrinks on its own.
 */
export function letGoOfTheStart(): void {
  setTimeout(collect, SOON).unref()
}

/** Lets go of all that this thread does not need any more. */
export function collect(): void {
  // Counts for contexts that are made from now on, of which there are none. Not taken back: flags are those of all threads, and another may
  // be about to make the context in which it finds this.
  setFlagsFromString('--expose-gc')
  const now = runInNewContext('gc') as () => void
  now()
}
