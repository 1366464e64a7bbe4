import type { BrowserContext } from 'playwright-core'
import { startedOf } from '../support/clinic.ts'
import type { ServedClinic } from './served.ts'

/** Somebody who has a message, and was shown the printed codes of their first way in: signed in with them, in this browser. */
export async function comesAnew(clinic: ServedClinic, context: BrowserContext, address: string): Promise<void> {
  const { portal } = clinic
  await clinic.deposits('Your visit', [{ name: 'Ada Lopez', address }])
  const { requestToken } = await portal.beginSignIn({ address })
  await portal.sendMailboxCode(requestToken)
  await clinic.deliver()
  const started = startedOf(await portal.enterMailboxCode(requestToken, clinic.mailbox.codeTo(address)))
  const newcomer = (await portal.visitor(started.sessionToken))!
  await portal.choosePassphrase(newcomer, 'seven grey pigeons on a roof')
  const { sessionToken } = await portal.enrolPrintedCodes(newcomer)
  const cookie = { name: '__Host-session', value: sessionToken, domain: 'localhost', path: '/' }
  await context.addCookies([{ ...cookie, secure: true, httpOnly: true, sameSite: 'Lax' }])
}
