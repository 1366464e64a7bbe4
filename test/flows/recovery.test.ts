import path from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { en } from '../../app/language/en.ts'
import { hours, minutes } from '../../server/time.ts'
import { type Looking, lookingThrough, NARROWEST } from '../app/looking.ts'
import { type ServedClinic, servedClinic } from '../app/served.ts'
import { visit } from '../support/browser.ts'

const PASSPHRASE = 'seven grey pigeons on a roof'
const NEW_PASSPHRASE = 'nine new words for an old door'

let clinic: ServedClinic
beforeAll(async () => {
  clinic = await servedClinic()
})
afterAll(() => clinic.closeAll())

interface Visitor extends Looking {
  types(label: string, text: string, button?: string): Promise<void>
  sees(title: string): Promise<void>
  asksForMailedCode(address: string, to?: string): Promise<void>
  showsPassphraseAndCode(address: string, code: string, passphrase?: string): Promise<void>
  sessionToken(): Promise<string>
}

/** Somebody with a browser of their own, on a phone without JavaScript. */
async function someone(): Promise<Visitor> {
  const context = await visit(clinic.origin, 'phone', { ...NARROWEST, javaScriptEnabled: false })
  onTestFinished(() => context.close())
  const looking = await lookingThrough(context)
  const { page, press, fill, isWell } = looking
  let pictures = 0
  const one: Visitor = {
    ...looking,
    async types(label, text, button = en.goOn) {
      await fill(label, text)
      await press(button)
    },
    async sees(title) {
      await isWell(title)
      const folder = process.env.SCREENSHOTS
      const name = `${String(++pictures).padStart(2, '0')}-${title.toLowerCase().replace(/[^a-z]+/g, '-')}.png`
      if (folder) await page.screenshot({ path: path.join(folder, 'recovery', name), fullPage: true })
    },
    async asksForMailedCode(address, to = '/sign-in') {
      await page.goto(to)
      await one.types(en.signIn.email, address)
      await press(en.ways.sendCode)
      await clinic.deliver()
      await one.types(en.code.label, clinic.mailbox.codeTo(address))
    },
    async showsPassphraseAndCode(address, code, passphrase = PASSPHRASE) {
      await page.goto('/sign-in')
      await one.types(en.signIn.email, address)
      await press(en.ways.passphrase)
      await one.types(en.passphrase.label, passphrase)
      await one.types(en.printedCode.label, code)
    },
    sessionToken: async () => (await context.cookies()).find(({ name }) => name === '__Host-session')!.value,
  }
  return one
}

/** A patient who has chosen passphrase and printed codes, and left. */
async function patientWithCodes(name: string, address: string): Promise<string[]> {
  await clinic.deposits('Your visit', [{ name, address }])
  const visitor = await clinic.patient(name, address).provesMailbox()
  await clinic.portal.choosePassphrase(visitor, PASSPHRASE)
  return (await clinic.portal.enrolPrintedCodes(visitor)).printedCodes
}

async function linkIn(address: string): Promise<string> {
  await clinic.deliver()
  const letter = clinic.mailbox.lettersTo(address).findLast(({ text }) => text.includes('/recovery/'))
  return /\/recovery\/[\w-]{43}/.exec(letter!.text)![0]
}

const back = en.recovery

test('who forgot the passphrase shows mailbox and printed code, waits a day, shows both once more, and reads with a new one', {
  timeout: 240_000,
}, async () => {
  const address = 'ada@example.com'
  const codes = await patientWithCodes('Ada Lopez', address)
  const ada = await someone()
  await ada.page.goto('/sign-in/help')
  await ada.press(en.lost.title)
  await ada.sees(en.lost.title)
  await ada.press(en.lost.paperGo)
  await ada.types(en.signIn.email, address)
  await ada.sees(en.ways.title)
  await ada.press(en.ways.sendCode)
  await clinic.deliver()
  await ada.types(en.code.label, clinic.mailbox.codeTo(address))
  await ada.sees(back.title)
  await ada.types(back.label, '0000-0000-0000', back.go)
  await ada.sees(back.title)
  expect(await ada.page.getByRole('alert').or(ada.page.locator('.summary')).first().textContent()).toContain(
    en.refused.wrong_code,
  )
  await ada.types(back.label, codes[0]!, back.go)
  await ada.sees(back.waitTitle)
  expect(await ada.page.locator('main').textContent()).toContain('Come back on Thursday, January 1, 2026')
  await ada.page.goto('/enrol')
  await ada.sees(en.enrol.haveTitle)

  clinic.clock.advance(hours(23))
  await ada.asksForMailedCode(address)
  await ada.press(back.underWayGo)
  await ada.sees(back.waitTitle)

  clinic.clock.advance(hours(1))
  await ada.asksForMailedCode(address)
  await ada.sees(en.enrol.haveTitle)
  await ada.press(back.underWayGo)
  await ada.sees(back.openTitle)
  await ada.types(back.label, 'not a code')
  await ada.sees(back.openTitle)
  await ada.types(back.label, codes[0]!)
  await ada.sees(en.enrol.title)
  await ada.press(en.enrol.paperGo)
  await ada.types(en.enrolPassphrase.label, NEW_PASSPHRASE)
  await ada.press(en.enrolPaper.go)
  await ada.sees(en.printedCodes.title)
  const fresh = await ada.page.locator('.codes code').allTextContents()
  await ada.press(en.printedCodes.have)
  await ada.sees(en.second.title)
  await ada.press(en.second.later)
  await ada.sees(en.messages.title)
  await ada.page.getByRole('link', { name: 'Your visit' }).click()
  await ada.press(en.envelope.open)
  await ada.press(en.nav.signOut)

  await ada.showsPassphraseAndCode(address, fresh[0]!, NEW_PASSPHRASE)
  await ada.sees(en.messages.title)
  await clinic.deliver()
  const letters = clinic.mailbox.lettersTo(address).map(({ text }) => text)
  for (const said of ['A new passphrase was set', 'got back in with a code']) {
    expect(letters.some(text => text.includes(said))).toBe(true)
  }
  const late = await someone()
  await late.page.goto(await linkIn(address))
  await late.press(en.stopRecovery.stop)
  await late.sees(en.stopRecovery.lateTitle)
})

test('who did not start it stops it by the letter’s link, which does nothing until the button is pressed', {
  timeout: 120_000,
}, async () => {
  const address = 'ben@example.com'
  const codes = await patientWithCodes('Ben Okoro', address)
  const thief = await someone()
  await thief.asksForMailedCode(address, '/sign-in?to=/sign-in/recovery')
  await thief.types(back.label, codes[0]!, back.go)
  await thief.sees(back.waitTitle)
  const link = await linkIn(address)

  const ben = await someone()
  for (const method of ['GET', 'HEAD']) await fetch(clinic.origin + link, { method })
  await ben.page.goto(link)
  await ben.sees(en.stopRecovery.title)
  expect(await recoveryActions()).not.toContain('recovery.cancelled')
  await ben.press(en.stopRecovery.stop)
  await ben.sees(en.stopRecovery.stoppedTitle)
  expect(await recoveryActions()).toContain('recovery.cancelled')

  clinic.clock.advance(hours(24))
  await thief.asksForMailedCode(address, '/sign-in?to=/sign-in/recovery')
  await thief.types(back.label, codes[0]!, back.go)
  await thief.sees(back.title)
  await ben.page.goto(`/recovery/${'x'.repeat(43)}`)
  await ben.press(en.stopRecovery.stop)
  await ben.sees(en.failure.notFound.title)
})

test('who signs in meanwhile is told before anything else, and stops it there', { timeout: 120_000 }, async () => {
  const address = 'cleo@example.com'
  const codes = await patientWithCodes('Cleo Park', address)
  const visitor = await clinic.patient('Cleo Park', address).provesMailbox()
  await clinic.portal.startRecovery(visitor, codes[0]!)
  const cleo = await someone()
  await cleo.showsPassphraseAndCode(address, codes[1]!)
  await cleo.sees(back.beforeTitle)
  await cleo.press(back.someoneStop)
  await cleo.sees(en.account.title)
  expect(await cleo.page.getByRole('status').textContent()).toBe(en.account.stopped)
  expect(await cleo.page.getByText(back.someone).count()).toBe(0)
})

test('staff are told whom to ask', async () => {
  const staff = await someone()
  const { id } = (await clinic.staff('Dr. Cole', 'provider')).person
  const { address } = (await clinic.parts.store.read(tx => tx.staff.find(id)))!
  await staff.asksForMailedCode(address, '/sign-in?to=/sign-in/recovery')
  await staff.sees(en.lost.staffTitle)
})

test('whoever signs in over an older session leaves none behind', async () => {
  const address = 'dana@example.com'
  const codes = await patientWithCodes('Dana Reed', address)
  const other = 'eli@example.com'
  const otherCodes = await patientWithCodes('Eli Stone', other)
  const browser = await someone()
  await browser.showsPassphraseAndCode(address, codes[0]!)
  const first = await browser.sessionToken()
  clinic.clock.advance(minutes(1))
  await browser.page.goto('/sign-in')
  expect(await clinic.portal.visitor(first)).not.toBeNull() // looking ends nothing
  await browser.showsPassphraseAndCode(address, '0000-0000-0000')
  expect(await clinic.portal.visitor(first)).not.toBeNull() // nor does a wrong code
  await browser.showsPassphraseAndCode(address, codes[1]!)
  const second = await browser.sessionToken()
  expect(await clinic.portal.visitor(first)).toBeNull()
  await browser.showsPassphraseAndCode(other, otherCodes[0]!)
  expect(await clinic.portal.visitor(second)).toBeNull()
  const eli = await clinic.portal.visitor(await browser.sessionToken())
  expect(await clinic.portal.sessions(eli!)).toHaveLength(2) // here, and where the codes were printed
})

const recoveryActions = () =>
  clinic.parts.store.read(async tx =>
    (await tx.trail.entries(0, 10_000)).map(({ action }) => action).filter(action => action.startsWith('recovery.')),
  )
