import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Language } from '../../app/language/words.ts'
import { days, hours, minutes } from '../../server/time.ts'
import { totpCode } from '../support/clinic.ts'
import { isTold, type JourneyClinic, journeyClinic, type Person, writesBack } from './journey.ts'
import { choosesApp, choosesPaper, choosesPasskey, keepsCodes, provesMailbox, signsOut, typesPassphrase } from './signing-in.ts'

// The ways people go, from their letter on, each on a phone; every page and every letter on it is of one language to the last word.

let clinic: JourneyClinic
beforeAll(async () => {
  clinic = await journeyClinic()
})
afterAll(() => clinic.closeAll())

const TIMEOUT = { timeout: 120_000 }
const SUBJECT = 'Cole 7'
const LATER = 'Cole 8'

describe('in Spanish', () => {
  test('from the notice to the reply with a passkey, and back in with it', TIMEOUT, async () => {
    const ada = await clinic.person('es', { story: 'passkey' })
    const { words } = ada
    await ada.gets(SUBJECT, { html: '<p>Todo <b>bien</b>.</p>' })
    await provesMailbox(ada, clinic, { address: ada.address })
    await choosesPasskey(ada)
    await ada.page.waitForURL(/\/messages/)
    await ada.opens(ada, SUBJECT)
    await ada.follow(words.message.formatted)
    await ada.arrives(SUBJECT)
    await writesBack(ada)
    await ada.follow(words.sent.all)
    await ada.arrives(words.messages.title)
    await ada.goTo('/account')
    await ada.arrives(words.account.title)
    await signsOut(ada)
    await ada.press(words.passkey.use)
    await ada.arrives(words.messages.title)
  })

  test('without scripts, with a passphrase and an app, and what goes wrong on the way', TIMEOUT, async () => {
    const ada = await clinic.person('es', { story: 'app', scripts: false })
    const { words } = ada
    await ada.gets(SUBJECT)
    await ada.goTo(await clinic.noticeLink(ada.address))
    await ada.press(words.landing.go)
    await ada.press(words.ways.sendCode)
    await ada.press(words.goOn)
    await ada.reads(words.required.code!)
    await ada.arrives(words.code.title)
    await ada.type(words.code.label, '000000')
    await ada.press(words.goOn)
    await ada.reads(words.refused.wrong_code!)
    await ada.arrives(words.code.title)
    await ada.follow(words.code.cannot)
    await ada.arrives(words.noCode.title)
    await ada.goTo('/messages')
    await ada.arrives(words.signIn.title)
    await provesMailbox(ada, clinic, { address: ada.address })
    const key = await choosesApp(ada, clinic.clock.read)
    await keepsCodes(ada)
    await ada.page.waitForURL(/\/messages/)
    await ada.opens(ada, SUBJECT)
    await writesBack(ada)
    await signsOut(ada)
    await typesPassphrase(ada, ada.address)
    await ada.type(words.appCode.label, await totpCode(key, clinic.clock.read()))
    await ada.press(words.goOn)
    await ada.arrives(words.messages.title)
    await ada.goTo('/nowhere')
    await ada.arrives(words.failure.notFound.title)
    for (const [page, title] of [
      ['/help', words.help.title],
      ['/language', words.language.title],
      ['/who-opened', words.history.ofAll],
    ] as const) {
      await ada.goTo(page)
      await ada.arrives(title)
    }
  })

  test('without scripts, with a passphrase and printed codes', TIMEOUT, async () => {
    const ada = await clinic.person('es', { story: 'paper', scripts: false })
    const { words } = ada
    await ada.gets(SUBJECT)
    await provesMailbox(ada, clinic, { address: ada.address })
    const codes = await choosesPaper(ada)
    await ada.page.waitForURL(/\/messages/)
    await signsOut(ada)
    await typesPassphrase(ada, ada.address, words.printedCode.title)
    await ada.type(words.printedCode.label, codes[0]!)
    await ada.press(words.goOn)
    await ada.arrives(words.messages.title)
    await ada.opens(ada, SUBJECT)
    await writesBack(ada)
  })
})

describe.each<Language>(['en', 'es'])('in %s', language => {
  /** Signed in, at her messages; she, and her printed codes. */
  async function readsHere(story: string): Promise<[Person, string[]]> {
    const ada = await clinic.person(language, { story })
    await ada.gets(SUBJECT)
    const codes = await ada.isIn()
    await ada.goTo('/messages')
    await ada.arrives(ada.words.messages.title)
    return [ada, codes]
  }

  test.runIf(isTold(language, 'en'))(
    'a phone that is lost: a printed code and the mailbox, a day’s wait, and a new passkey',
    TIMEOUT,
    async () => {
      const [ada, [code = '']] = await readsHere('lost')
      const { words } = ada
      const phone = await ada.anotherPhone()
      await phone.goTo(await clinic.noticeLink(ada.address))
      await phone.press(words.landing.go)
      await phone.follow(words.ways.help)
      await phone.arrives(words.noCode.title)
      await phone.follow(words.lost.title)
      await phone.arrives(words.lost.title)
      await phone.follow(words.lost.paperGo)
      await phone.arrives(words.signIn.title)
      await phone.type(words.signIn.email, ada.address)
      await phone.press(words.goOn)
      await phone.arrives(words.ways.title)
      await phone.press(words.ways.sendCode)
      await phone.type(words.code.label, await clinic.mailedCode(ada.address))
      await phone.press(words.goOn)
      await phone.arrives(words.recovery.title)
      await phone.type(words.recovery.label, code)
      await phone.press(words.recovery.go)
      await phone.arrives(words.recovery.waitTitle)

      clinic.clock.advance(hours(24))
      await phone.goTo('/')
      await phone.follow(words.home.start)
      await phone.type(words.signIn.email, ada.address)
      await phone.press(words.goOn)
      await phone.press(words.ways.sendCode)
      await phone.type(words.code.label, await clinic.mailedCode(ada.address))
      await phone.press(words.goOn)
      await phone.arrives(words.enrol.haveTitle)
      await phone.follow(words.recovery.underWayGo)
      await phone.arrives(words.recovery.openTitle)
      await phone.type(words.recovery.label, code)
      await phone.press(words.goOn)
      await phone.arrives(words.enrol.title)
      await phone.follow(words.enrol.passkeyGo)
      await phone.press(words.enrolPasskey.go)
      await phone.page.waitForURL(/\/(messages|enrol\/second)/)
      await ada.opens(phone, SUBJECT)
      await phone.goTo('/account')
      await phone.arrives(words.account.title)
      expect(phone.complaints).toEqual([])
    },
  )

  test.runIf(isTold(language, 'es'))(
    'a message whose time is over: more time is asked for, given, and the message read',
    TIMEOUT,
    async () => {
      const [ada] = await readsHere('expired')
      const { words } = ada
      const until = clinic.clock.read() + minutes(10)
      const deposit = await ada.gets(LATER, { expiresAt: until })
      clinic.clock.advance(minutes(11))
      await ada.goTo('/messages')
      await ada.arrives(words.messages.title)
      await ada.page.getByRole('link', { name: words.messages.states.expired }).click()
      await ada.arrives(words.expired.title)
      await ada.press(words.expired.ask)
      await ada.page.locator('.notice').waitFor()
      expect(await ada.page.getByRole('button', { name: words.expired.ask, exact: true }).count()).toBe(0)
      await ada.arrives(words.expired.title)
      await clinic.deliver()
      const before = clinic.mailbox.lettersTo(ada.address).length
      await clinic.portal.extendDeposit({ client: clinic.gateway }, deposit, clinic.clock.read() + days(7))
      await clinic.deliver()
      expect(clinic.mailbox.lettersTo(ada.address).length, 'the letter that was promised').toBe(before + 1)
      await ada.goTo('/messages')
      await ada.opens(ada, LATER)
    },
  )

  test.runIf(isTold(language, 'es'))(
    'not for me, before signing in: it is gone for whoever signs in after',
    TIMEOUT,
    async () => {
      const [ada] = await readsHere('not-for-me-before')
      const { words } = ada
      const deposit = await ada.gets(LATER)
      clinic.clock.advance(minutes(1)) // letters to one person are not sent in one breath
      const stranger = await ada.anotherPhone({ scripts: false })
      await stranger.goTo(await clinic.noticeLink(ada.address))
      await stranger.arrives(words.landing.title)
      await stranger.follow(words.landing.notMe)
      await stranger.arrives(words.landing.notMeTitle)
      await stranger.follow(words.landing.notMeNo)
      await stranger.arrives(words.landing.title)
      await stranger.follow(words.landing.notMe)
      await stranger.press(words.landing.notMeYes)
      await stranger.arrives(words.landing.doneTitle)
      await ada.page.reload()
      await ada.arrives(words.messages.title)
      expect(await ada.page.getByRole('link', { name: LATER }).count()).toBe(0)
      expect(await ada.page.getByRole('link', { name: SUBJECT }).count()).toBe(1)
      expect(await stagesOf(deposit)).toContain('not_for_me')
    },
  )

  test.runIf(isTold(language, 'en'))('not for me, after signing in: two questions, and it is gone', TIMEOUT, async () => {
    const [ada] = await readsHere('not-for-me-after')
    const { words } = ada
    await ada.page.getByRole('link', { name: SUBJECT }).click()
    await ada.arrives(words.envelope.title)
    await ada.follow(words.envelope.notMe)
    await ada.arrives(words.notForMe.title)
    await ada.press(words.notForMe.go)
    await ada.reads(words.required.knowsThem!)
    await ada.arrives(words.notForMe.title)
    const ask = (legend: string, answer: string) => ada.page.getByRole('radiogroup', { name: legend }).getByLabel(answer).check()
    await ask(words.notForMe.knows, words.notForMe.no)
    await ask(words.notForMe.contact, words.notForMe.yes)
    await ada.press(words.notForMe.go)
    await ada.reads(words.notForMe.done)
    await ada.arrives(words.messages.title)
    expect(await ada.page.getByRole('link', { name: SUBJECT }).count()).toBe(0)
  })

  test.runIf(isTold(language, 'es'))('an answer begun on one phone is finished on another', TIMEOUT, async () => {
    const ada = await clinic.person(language, { story: 'two-phones' })
    const { words } = ada
    await ada.gets(SUBJECT)
    const [code = ''] = await ada.isIn()
    await ada.opens(ada, SUBJECT)
    await ada.follow(words.message.reply)
    await ada.type(words.reply.label, 'Ada')
    await ada.press(words.reply.save)
    await ada.reads(words.draft.saved)
    await ada.arrives(words.reply.title)

    const phone = await ada.anotherPhone({ scripts: false })
    await typesPassphrase(phone, ada.address, words.printedCode.title)
    await phone.type(words.printedCode.label, code)
    await phone.press(words.goOn)
    await phone.reads(words.draft.begun)
    await phone.arrives(words.messages.title)
    await phone.page.locator('.begun').getByRole('link').click()
    await phone.arrives(words.reply.title)
    const box = phone.page.getByLabel(words.reply.label, { exact: true })
    expect(await box.inputValue()).toBe('Ada')
    await box.fill('Ada Lopez')
    await phone.press(words.reply.check)
    await phone.arrives(words.check.title)
    await phone.reads('Ada Lopez')
    await phone.press(words.check.send)
    await phone.arrives(words.sent.title)
    await ada.goTo('/messages')
    await ada.arrives(words.messages.title)
    expect(await ada.page.getByText(words.draft.begun).count()).toBe(0)
    expect(await ada.page.getByText(words.messages.sentByYou).count()).toBe(1)
  })
})

async function stagesOf(deposit: string): Promise<string[]> {
  const { messages } = await clinic.portal.depositState({ client: clinic.gateway }, deposit)
  return messages.flatMap(({ receipts }) => receipts.map(({ stage }) => stage))
}
