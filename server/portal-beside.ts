import { once } from 'node:events'
import { MessageChannel, type Worker } from 'node:worker_threads'
import type { OpenPortal } from './open-portal.ts'
import type { Log } from './parts.ts'
import { takeThread } from './portal-thread.ts'
import type { PortalStart, PortalTask } from './portal-worker.ts'
import { portalOver } from './wire/calls.ts'
import { fromRefusal } from './wire/refusal.ts'

/**
 * Opens the portal in a thread of its own, so that neither database nor cryptography holds up who answers HTTP and makes pages.
 *
 * @param onFailure - called when the thread ended without having been asked to: whatever it was doing is lost, so the process must end.
 * @throws PortalError as opening it in this thread would.
 */
export async function openPortalBeside(
  task: Omit<PortalTask, 'port'>,
  { log, onFailure }: { log: Log; onFailure(error: unknown): void },
): Promise<OpenPortal> {
  const { port1: port, port2: itsPort } = new MessageChannel()
  const worker = takeThread()
  worker.postMessage({ ...task, port: itsPort } satisfies PortalTask, [itsPort])
  const start = await started(worker)
  if (start.kind === 'refused') throw fromRefusal(start.refusal)

  let isStopping = false
  worker.on('error', onFailure)
  const ended = new Promise<void>(resolve => {
    worker.once('exit', code => {
      if (code !== 0 || !isStopping) onFailure(new Error('The thread of the portal ended by itself.'))
      resolve()
    })
  })
  return {
    portal: portalOver(port, start.useCases, log),
    demonstration: start.demonstration,
    async stop() {
      isStopping = true
      worker.postMessage('stop')
      await ended
    },
  }
}

/** Its first word. @throws what ended it before it could say one */
async function started(worker: Worker): Promise<PortalStart> {
  const tooSoon = once(worker, 'exit').then(() => {
    throw new Error('The thread of the portal ended before it began.')
  })
  const [start] = (await Promise.race([once(worker, 'message'), tooSoon])) as [PortalStart]
  // What becomes of the thread later is watched by whoever called.
  tooSoon.catch(() => undefined)
  return start
}
