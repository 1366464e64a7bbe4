import { afterAll, beforeAll, expect, test } from 'vitest'
import { en } from '../../app/language/en.ts'
import { es } from '../../app/language/es.ts'
import { newFactor } from '../../server/sign-in/factor.ts'
import { startSession } from '../../server/sign-in/session.ts'
import type { Method } from '../../server/sign-in/store.ts'
import { minutes } from '../../server/time.ts'
import type { Patient } from '../support/clinic.ts'
import { formVisitor } from '../support/form-visitor.ts'
import { type ServedClinic, servedClinic } from './served.ts'

// Who has lost a phone, or a sheet of codes, is told what to do next, and is two steps away from taking away what they lost.

let clinic: ServedClinic
beforeAll(async () => {
  clinic = await servedClinic()
})
afterAll(() => clinic.closeAll())

/** A browser with a session of this person, in one of the languages. */
async function signedIn(patient: Patient, method: Method, language: string) {
  const reader = await patient.signsIn()
  await clinic.portal.prefer(reader, { language })
  const { parts, clock } = clinic
  const token = await parts.store.transaction(tx => startSession(tx, clock.read(), reader.person, 'full', method))
  const browser = formVisitor(clinic.origin, new Map([['__Host-session', token]]))
  return {
    person: reader.person,
    looks: (path: string) => browser.looks(clinic.origin, path),
    sends: (path: string) => browser.sends(clinic.origin, path),
  }
}

test.each([
  ['en', en],
  ['es', es],
])('who lost their sheet of codes is told, still signed in, whom to call and what will happen (%s)', async (language, words) => {
  const ada = clinic.patient(`Ada ${language}`)
  await clinic.deposits('Your visit', [ada])
  const { looks, sends } = await signedIn(ada, 'passphrase+printed_code', language)
  expect((await looks('/account')).html).toContain(words.account.paperOnly)
  clinic.clock.advance(minutes(6))
  const { location } = await sends('/enrol/printed-codes')
  expect(location).toBe('/sign-in?why=fresh&to=%2Fenrol%2Fprinted-codes')
  const asked = await looks(location!)
  for (const said of [words.signIn.fresh, words.signIn.stillIn, `href="/sign-in/lost">${words.signIn.cannot}<`]) {
    expect(asked.html).toContain(said)
  }
  const lost = await looks('/sign-in/lost')
  for (const said of [words.lost.codesTitle, words.lost.codesOnly, words.lost.none, 'tel:+15550100', words.lost.callAndDay]) {
    expect(lost.html).toContain(said)
  }
})

test.each([
  ['en', en],
  ['es', es],
])('who lost a phone and signed in another way takes its passkey away in two steps (%s)', async (language, words) => {
  const ben = clinic.patient(`Ben ${language}`)
  await clinic.deposits('Your visit', [ben])
  const { person, looks, sends } = await signedIn(ben, 'passphrase+printed_code', language)
  const phone = newFactor(person, 'passkey', 'Old phone', clinic.clock.read() - minutes(60))
  await clinic.parts.store.transaction(tx => tx.signIn.factors.add(phone))
  expect((await looks('/messages')).html).toContain('href="/account"')
  expect((await looks('/enrol/second')).html).toContain(`href="/account#ways">${words.second.lostGo}<`)
  const settings = (await looks('/account')).html
  expect(settings).toContain(words.account.lost)
  expect(settings).toContain('<h2 id="ways">')
  const remove = `/account/factors/${phone.id}/remove`
  expect(settings).toContain(`action="${remove}"`)
  expect((await sends(remove)).location).toBe('/account?done=removed')
  expect((await looks('/account?done=removed')).html).not.toContain('Old phone')
})

test('a stranger is told nothing that says whether they are known', async () => {
  const { looks } = formVisitor(clinic.origin)
  const [lost, signIn] = [await looks(clinic.origin, '/sign-in/lost'), await looks(clinic.origin, '/sign-in?why=fresh')]
  expect(lost.html).not.toContain('/account')
  expect(signIn.html).not.toContain(en.signIn.stillIn)
})
