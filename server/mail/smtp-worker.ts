import { parentPort, workerData } from 'node:worker_threads'
import { loadSooner } from '../compiled.ts'
import type { Mail, Mailer } from '../mailer.ts'
import type { Instant } from '../time.ts'
import type { SmtpOptions } from './smtp.ts'

// Letters are composed and handed over here, beside the thread that has the database. What goes wrong and is caught by nobody ends this
// thread; what was on its way is tried again.

/** What is asked of it, under a number. Several are under way at once. */
export type MailTask = { number: number; at: Instant } & ({ ask: 'send'; mail: Mail } | { ask: 'reachable' })

export type MailAnswer = { number: number } & ({ sent: Awaited<ReturnType<Mailer['send']>> } | { reachable: boolean })

/** Everything but the clock, which no other thread can be handed: each task says what time it is. */
export type MailThreadOptions = Omit<SmtpOptions, 'clock'>

const tasks = parentPort!
let now: Instant = 0

// Loaded here, where what is loaded is kept compiled.
loadSooner()
const { openSmtp } = await import('./smtp.ts')
const mailer = openSmtp({ ...(workerData as MailThreadOptions), clock: () => now })

const underWay = new Set<Promise<void>>()

async function work(task: MailTask): Promise<void> {
  const { number, at } = task
  now = at
  const answer: MailAnswer =
    task.ask === 'send' ? { number, sent: await mailer.send(task.mail) } : { number, reachable: await mailer.reachable() }
  tasks.postMessage(answer)
}

tasks.on('message', async (task: MailTask | 'close') => {
  if (task !== 'close') {
    const working = work(task).finally(() => underWay.delete(working))
    // Whether the server is there need not be known any more when all of this is closed.
    if (task.ask === 'send') underWay.add(working)
    return
  }
  await Promise.all(underWay)
  await mailer.close()
  // Not left to end by itself: a mail server that does not close its side would keep it, and whoever stops the portal, for half a minute.
  process.exit()
})
