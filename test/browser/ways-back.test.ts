import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { staffWords } from '../../app/language/staff.ts'
import type { Language } from '../../app/language/words.ts'
import { issueClaimCode } from '../../server/sign-in/claim-code.ts'
import { days, hours, toIso } from '../../server/time.ts'
import { clinicIn } from '../support/clinic.ts'
import { type Walk, walk } from '../support/walk.ts'
import { isTold, type JourneyClinic, journeyClinic, signsIn } from './journey.ts'
import { choosesPaper, signsOut, typesPassphrase } from './signing-in.ts'

// Back in with what the desk gave, into the right one of two clinics, and to a message that was too old; each on a phone, in one language.

let clinic: JourneyClinic
beforeAll(async () => {
  clinic = await journeyClinic()
})
afterAll(() => clinic.closeAll())

const TIMEOUT = { timeout: 120_000 }
const SUBJECT = 'Cole 7'
const LATER = 'Cole 8'

/** By the address alone, as somebody comes who has no letter at hand. */
async function provesAddress(phone: Walk, address: string): Promise<void> {
  const { words } = phone
  await phone.type(words.signIn.email, address)
  await phone.press(words.goOn)
  await phone.arrives(words.ways.title)
  await phone.press(words.ways.sendCode)
  await phone.arrives(words.code.title)
  await phone.type(words.code.label, await clinic.mailedCode(address))
  await phone.press(words.goOn)
}

describe.each<Language>(['en', 'es'])('in %s', language => {
  test.runIf(isTold(language, 'es'))('a phone that is lost: the desk’s code, a day’s wait, a new passkey', TIMEOUT, async () => {
    const ada = await clinic.person(language, { story: 'claim' })
    const { words } = ada
    await ada.gets(SUBJECT)
    await ada.isIn()

    await clinic.deliver()
    const before = clinic.mailbox.lettersTo(ada.address).length
    const claim = await issueClaimCode(clinic.parts, { organization: clinic.organization.id, recipient: ada.address })
    await clinic.deliver()
    expect(clinic.mailbox.lettersTo(ada.address).length, 'she is told at once, with a way to stop it').toBe(before + 1)

    const phone = await ada.anotherPhone()
    await phone.goTo('/sign-in/lost')
    await phone.arrives(words.lost.title)
    await phone.follow(words.lost.deskGo)
    await phone.arrives(words.signIn.title)
    await provesAddress(phone, ada.address)
    await phone.reads(words.recovery.keepClinics)
    await phone.arrives(words.recovery.waitTitle)

    clinic.clock.advance(hours(24))
    await phone.goTo('/sign-in')
    await phone.arrives(words.signIn.title)
    await provesAddress(phone, ada.address)
    await phone.arrives(words.enrol.haveTitle)
    await phone.follow(words.recovery.underWayGo)
    await phone.arrives(words.recovery.openTitle)
    await phone.type(words.recovery.clinicsLabel, '0000-0000-0000')
    await phone.press(words.goOn)
    await phone.reads(words.refused.wrong_code!)
    await phone.type(words.recovery.clinicsLabel, claim.code)
    await phone.press(words.goOn)
    await phone.arrives(words.enrol.title)
    await phone.follow(words.enrol.passkeyGo)
    await phone.arrives(words.enrolPasskey.title)
    await phone.press(words.enrolPasskey.go)
    await phone.page.waitForURL(/\/(messages|enrol\/second)/)
    await ada.opens(phone, SUBJECT)
    expect(phone.complaints).toEqual([])
  })

  test.runIf(isTold(language, 'en'))(
    'two clinics know her: asked which after the code, signed in to that one alone',
    TIMEOUT,
    async () => {
      const ada = await clinic.person(language, { story: 'which', scripts: false })
      const { words } = ada
      await ada.gets(SUBJECT)
      const south = await clinicIn(clinic, 'South Clinic')
      await south.deposits(LATER, [{ name: 'Ada Lopez', address: ada.address }], { language })
      await ada.goTo('/sign-in')
      await ada.arrives(words.signIn.title)
      await provesAddress(ada, ada.address)
      await ada.arrives(words.which.title)
      await ada.press(`${words.which.go} South Clinic`)
      await ada.arrives(words.enrol.title)
      const codes = await choosesPaper(ada)
      await ada.page.waitForURL(/\/messages/)
      await ada.opens(ada, LATER)
      await ada.goTo('/messages')
      await ada.arrives(words.messages.title)
      expect(await ada.page.getByRole('link', { name: SUBJECT }).count(), 'the other clinic’s are not here').toBe(0)
      await signsOut(ada)

      await provesAddress(ada, ada.address)
      await ada.arrives(words.which.title)
      await ada.press(`${words.which.go} North Clinic`)
      await ada.arrives(words.enrol.title)
      // What she has at the one opens nothing at the other.
      await typesPassphrase(ada, ada.address, words.printedCode.title)
      await ada.type(words.printedCode.label, codes[0]!)
      await ada.press(words.goOn)
      await ada.arrives(words.messages.title)
      expect(await ada.page.getByRole('link', { name: LATER }).count()).toBe(1)
    },
  )

  test.runIf(isTold(language, 'es'))(
    'too late for a doctor’s message: more time asked for, given by hand, and read',
    TIMEOUT,
    async () => {
      const ada = await clinic.person(language, { story: 'extended', scripts: false })
      const { words } = ada
      await ada.gets(SUBJECT, { expiresAt: clinic.clock.read() + days(60) })
      const codes = await ada.isIn()
      const drCole = await doctor()
      await drCole.goTo('/compose')
      await drCole.arrives(staffWords.compose.title)
      await drCole.type(staffWords.compose.email, ada.address)
      await drCole.type(staffWords.compose.name, 'Ada Lopez')
      await drCole.page.getByLabel(staffWords.compose.checks.none).check()
      await drCole.type(staffWords.compose.subject, LATER)
      await drCole.page.getByRole('textbox', { name: staffWords.compose.text, exact: true }).fill('plan')
      await drCole.page.getByRole('radiogroup', { name: staffWords.compose.language }).locator(`[value=${language}]`).check()
      await drCole.press(staffWords.compose.send)
      await drCole.arrives(LATER)
      const sent = new URL(drCole.page.url()).pathname

      clinic.clock.advance(days(31))
      await typesPassphrase(ada, ada.address, words.printedCode.title)
      await ada.type(words.printedCode.label, codes[0]!)
      await ada.press(words.goOn)
      await ada.arrives(words.messages.title)
      await ada.page.getByRole('link', { name: words.messages.states.expired }).first().click()
      await ada.arrives(words.expired.title)
      await ada.press(words.expired.ask)
      await ada.page.locator('.notice').waitFor()
      await ada.arrives(words.expired.title)

      const back = await doctor()
      await back.goTo(sent)
      await back.arrives(LATER)
      await back.reads(staffWords.stages.more_time_asked)
      await back.type(staffWords.deposit.extendLabel, toIso(clinic.clock.read() + days(7)).slice(0, 10))
      await back.press(staffWords.deposit.extend)
      await back.reads(staffWords.deposit.extended)
      await ada.opens(ada, LATER)
    },
  )
})

let member: Awaited<ReturnType<JourneyClinic['staff']>> | undefined

/** Dr. Cole at her desk, signed in just now. */
async function doctor(): Promise<Walk> {
  member ??= await clinic.staff('Dr. Cole', 'provider')
  const desk = await walk(clinic.origin, { screen: 'desktop', javaScriptEnabled: false, story: 'doctor' })
  await signsIn(desk, clinic, member.person)
  return desk
}
