import { parentPort } from 'node:worker_threads'
import { depositsOfBatch, understoodDeposit } from '../api/understood.ts'
import { isPortalError } from '../errors.ts'
import { pack } from '../wire/parcel.ts'
import { toRefusal } from '../wire/refusal.ts'
import type { IntakeAnswer, IntakeResults, IntakeTask } from './intake-task.ts'
import { openSealedMessage } from './sealed-message.ts'

// Takes apart what comes in and is large: one at a time, in memory of this thread's own. What comes out is given away.

async function done(task: IntakeTask): Promise<IntakeResults[keyof IntakeResults]> {
  const bytes = Buffer.concat(task.pieces)
  if (task.kind === 'sealed') return openSealedMessage(bytes, async () => task.key, task.now)
  return task.kind === 'deposit' ? understoodDeposit(bytes) : depositsOfBatch(bytes)
}

/** An error that nobody meant ends the thread. */
async function answered(task: IntakeTask): Promise<IntakeAnswer> {
  try {
    return { done: await done(task) }
  } catch (error) {
    if (!isPortalError(error)) throw error
    return { refusal: toRefusal(error, () => undefined) }
  }
}

parentPort?.postMessage('ready')

parentPort?.on('message', async (task: IntakeTask) => {
  const { parcel, transfer } = pack(await answered(task), () => 0)
  parentPort?.postMessage(parcel.value, transfer)
})
