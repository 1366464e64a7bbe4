import { PortalError } from '../errors.ts'
import { seconds } from '../time.ts'
import { ownBytes } from '../wire/parcel.ts'
import { fromRefusal } from '../wire/refusal.ts'
import { TaskThread } from '../wire/task-thread.ts'
import type { IntakeAnswer, IntakeResults, IntakeTask } from './intake-task.ts'

/** Less is taken apart where it is, in a few milliseconds: sooner than it would have crossed. */
const LARGE_BYTES = 256 * 1024

// One for each thread of the portal, so that nothing large crosses more often than it must; started with the first that is.
const thread = new TaskThread<IntakeTask, IntakeAnswer>({
  module: new URL('./intake-worker.ts', import.meta.url),
  memoryMegabytes: 768,
  longestWork: seconds(30),
  longestStart: seconds(60),
  longestQueue: 200,
  busy: 'Too many large requests wait to be read.',
  endsAfter: seconds(30),
})

/** Whether to take this apart would hold the event loop. */
export const isLarge = (pieces: readonly Uint8Array[]): boolean =>
  pieces.reduce((sum, { length }) => sum + length, 0) > LARGE_BYTES

/**
 * Has what came in taken apart in a thread of its own.
 *
 * @param pieces - of its bytes; they are given away.
 * @param taskOf - what is to be done with them.
 * @throws PortalError what the work throws; `too_large` when it takes more memory or time than there is; `busy`.
 */
export async function takenApart<K extends IntakeTask['kind']>(
  pieces: readonly Uint8Array[],
  taskOf: (pieces: Uint8Array[]) => IntakeTask & { kind: K },
): Promise<IntakeResults[K]> {
  const transfer = new Set<ArrayBuffer>()
  const task = taskOf(pieces.map(piece => ownBytes(piece, transfer, 1)))
  const answer = await thread.take(task, [...transfer])
  if ('done' in answer) return answer.done as IntakeResults[K]
  if ('refusal' in answer) throw fromRefusal(answer.refusal)
  throw new PortalError('too_large', 'This could not be read. Send large files as parts of a form.')
}
