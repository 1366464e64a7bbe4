import { once } from 'node:events'
import { type MessagePort, parentPort } from 'node:worker_threads'
import { loadSooner } from './compiled.ts'
import type { Config } from './config.ts'
import { isPortalError } from './errors.ts'
import { openLog } from './log.ts'
import type { ServeRole } from './open-portal.ts'
import type { Portal } from './portal.ts'
import type { Demonstration } from './seed.ts'
import { letGoOfTheStart } from './start-garbage.ts'
import { answerCalls } from './wire/calls.ts'
import { type Refusal, toRefusal } from './wire/refusal.ts'

// The portal in a thread of its own: use cases, jobs and database, while the thread that started this one answers HTTP and makes pages.
// Whatever goes wrong here and is caught by nobody ends this thread, and with it the process.

/** Its first message: what it is to open. */
export interface PortalTask {
  config: Config
  role: ServeRole
  migrate: boolean
  /** Calls come in here. */
  port: MessagePort
}

/** What it says once: that it is ready, or why it will not be. */
export type PortalStart =
  | { kind: 'ready'; useCases: (keyof Portal)[]; demonstration: Demonstration | null }
  | { kind: 'refused'; refusal: Refusal }

const say = (start: PortalStart): void => parentPort!.postMessage(start)

/** The same real clock as main.ts has: a function cannot be handed to another thread. */
const clock = () => Date.now()
// Listened for first: what comes while the rest is loaded is kept.
const asked = once(parentPort!, 'message')

// Loaded here, where what is loaded is kept compiled.
loadSooner()
const { openPortal } = await import('./open-portal.ts')
const [{ config, role, migrate, port }] = (await asked) as [PortalTask]
const log = openLog(config.logLevel, clock)

try {
  const { portal, demonstration, stop } = await openPortal(config, { role, migrate, mailBeside: true, log, clock })
  say({ kind: 'ready', useCases: answerCalls(port, portal, log), demonstration })
  letGoOfTheStart()
  // The one thing that is said to it now: to stop. With nothing left open, the thread ends by itself.
  parentPort!.once('message', async () => {
    await stop()
    port.close()
  })
} catch (error) {
  if (!isPortalError(error)) throw error
  port.close()
  say({ kind: 'refused', refusal: toRefusal(error, () => undefined) })
}
