import { PortalError } from '../errors.ts'
import type { Sanitizer } from '../parts.ts'
import { seconds } from '../time.ts'
import { TaskThread } from '../wire/task-thread.ts'

const LONGEST_WORK = seconds(10)
const LONGEST_START = seconds(30)
const LONGEST_QUEUE = 200
const MEMORY_MB = 512

/** What the thread answers; `failed`: why, in a word. */
export type SanitizerAnswer = { clean: string } | { failed: string }

/**
 * A sanitizer in a thread of its own, started with the first message in HTML and kept. It works on one piece of HTML at a time; one
 * that takes too long or too much memory ends the thread and is refused, and those that wait behind it get a new one.
 *
 * `clean` rejects with PortalError `invalid` when the HTML could not be made safe, `busy` when too many wait.
 *
 * @param limits.longestWork - milliseconds for one piece of HTML.
 */
export function openSanitizer(limits: { longestWork?: number } = {}): Sanitizer {
  const thread = new TaskThread<string, SanitizerAnswer>({
    module: new URL('./sanitize-worker.ts', import.meta.url),
    memoryMegabytes: MEMORY_MB,
    longestWork: limits.longestWork ?? LONGEST_WORK,
    longestStart: LONGEST_START,
    longestQueue: LONGEST_QUEUE,
    busy: 'Too many messages in HTML wait to be made safe.',
  })
  return {
    async clean(html) {
      const answer = await thread.take(html)
      if ('clean' in answer) return answer.clean
      throw new PortalError(
        'invalid',
        'The HTML of this message could not be made safe. Make it simpler, or send plain text alone.',
      )
    },
    close: () => thread.close(),
  }
}
