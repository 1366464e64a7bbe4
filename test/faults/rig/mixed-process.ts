import { writeSync } from 'node:fs'
import { isPortalError } from '../../../server/errors.ts'
import { depositRequest, startedOf } from '../../support/clinic.ts'
import { openPortal } from './opened.ts'
import { storyIn } from './prepared-story.ts'

// Everything that goes on in a portal, all at once and without end. A line for each thing that was acknowledged: what, and its name.
const [folder = '', round = ''] = process.argv.slice(2)
const { now, gateway, ada } = await storyIn(folder)
const { portal, mailbox } = await openPortal(folder, now)

const say = (what: string, name: string) => writeSync(1, `${what} ${name}\n`)
const DEPOSITORS = 6
const ADA = { name: 'Ada Lopez', address: 'ada.lopez@example.com' }
const BEN = 'ben.ito@example.com'
let count = 0

/** Of five deposits one is taken back, and the others are opened. */
async function deposits(): Promise<void> {
  const number = ++count
  const reference = `${round}-${number}`
  const { id, answer } = await portal.deposit(gateway, depositRequest(reference, [ADA], { reference }), {
    key: reference,
    bodyHash: 'the same',
  })
  say('deposit', reference)
  if (number % 5 === 0) {
    await portal.retract({ client: gateway }, id, { reason: 'wrong_recipient' })
    say('retraction', id)
    return
  }
  const { messages } = JSON.parse(answer) as { messages: { id: string }[] }
  await portal.openMessage(ada, messages[0]!.id)
  say('opening', messages[0]!.id)
}

async function signsIn(): Promise<void> {
  const { requestToken } = await portal.beginSignIn({ address: BEN })
  const before = mailbox.lettersTo(BEN).length
  await portal.sendMailboxCode(requestToken)
  await portal.sendDueLetters()
  // The sweeps may have taken the letter to send it themselves.
  for (let turn = 0; mailbox.lettersTo(BEN).length === before; turn++) {
    if (turn === 1_000) return
    await new Promise(resolve => setImmediate(resolve))
  }
  const { sessionToken } = startedOf(await portal.enterMailboxCode(requestToken, mailbox.codeTo(BEN)))
  say('session', sessionToken)
}

async function sweeps(): Promise<void> {
  await portal.sendDueLetters()
  await portal.expireDue()
  await portal.signCheckpoint()
  await portal.forgetStale()
}

async function withoutEnd(what: () => Promise<void>): Promise<never> {
  for (;;) {
    await what().catch((error: unknown) => {
      if (!isPortalError(error)) throw error
    })
    await new Promise(resolve => setImmediate(resolve))
  }
}

await Promise.all([...Array.from({ length: DEPOSITORS }, () => deposits), signsIn, sweeps].map(withoutEnd))
