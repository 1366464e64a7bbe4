import { parentPort, workerData } from 'node:worker_threads'
import { type Checkpoint, checkpoint, openConnection } from './sqlite-connection.ts'
import { codeOf } from './sqlite-errors.ts'

/** What became of a checkpoint. An error's code would be lost on its way to another thread. */
export type Checkpointed = { isWhole: boolean } | { code: string; message: string }

const port = parentPort!
let database: ReturnType<typeof openConnection> | undefined

port.on('message', (task: Checkpoint | 'close') => {
  if (task === 'close') {
    database?.close()
    port.close()
  } else port.postMessage(run(task))
})

function run(mode: Checkpoint): Checkpointed {
  try {
    database ??= openConnection(workerData as string)
    return { isWhole: checkpoint(database, mode) }
  } catch (error) {
    return { code: codeOf(error), message: error instanceof Error ? error.message : '' }
  }
}
