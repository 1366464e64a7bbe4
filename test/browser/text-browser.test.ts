import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Language } from '../../app/language/words.ts'
import { days, minutes } from '../../server/time.ts'
import { totpCode } from '../support/clinic.ts'
import { SMTP_CERTIFICATE } from '../support/smtp-certificate.ts'
import type { Goes } from '../support/walk.ts'
import { isTold, type JourneyClinic, journeyClinic, type Person } from './journey.ts'
import { LYNX, lynx } from './lynx.ts'
import { choosesApp, choosesPaper, keepsCodes, provesMailbox, signsOut, typesPassphrase } from './signing-in.ts'

const TIMEOUT = { timeout: 120_000 }
const SUBJECT = 'Cole 7'
const LATER = 'Cole 8'
const TEXT = 'Dear Ada,\n\nall is well.\nPlease come on Monday.\n\nDr. Cole'

// The whole way but for the passkey, at a terminal: keys, words, and nothing else. Without Lynx (`apt-get install lynx`) it is skipped.
describe.skipIf(LYNX === null).each<Language>(['en', 'es'])('in a text browser (Lynx), in %s', language => {
  let clinic: JourneyClinic
  beforeAll(async () => {
    clinic = await journeyClinic(SMTP_CERTIFICATE)
  })
  afterAll(() => clinic.closeAll())

  const terminal = (story: string): Goes =>
    lynx({ origin: clinic.origin, language, certificate: SMTP_CERTIFICATE.cert, story: `${story}-${language}` })

  /** Somebody who signed in with passphrase and paper, at a terminal. */
  async function atTheTerminal(story: string): Promise<{ ada: Goes; person: Person; codes: string[] }> {
    const person = await clinic.person(language, { story: `text-${story}`, scripts: false })
    await person.gets(SUBJECT, { text: TEXT })
    const ada = terminal(story)
    await provesMailbox(ada, clinic, { address: person.address })
    const codes = await choosesPaper(ada)
    await ada.arrives(ada.words.envelope.title)
    return { ada, person, codes }
  }

  async function writesBack(ada: Goes): Promise<void> {
    const { words } = ada
    await ada.follow(words.message.reply)
    await ada.arrives(words.reply.title)
    await ada.press(words.reply.check)
    await ada.reads(words.required.text!)
    await ada.arrives(words.reply.title)
    await ada.type(words.reply.label, 'Thank you.\nAda')
    await ada.press(words.reply.save)
    await ada.reads(words.draft.saved)
    await ada.press(words.reply.check)
    await ada.arrives(words.check.title)
    await ada.reads('Thank you. Ada')
    await ada.press(words.check.send)
    await ada.arrives(words.sent.title)
  }

  test.runIf(isTold(language, 'en'))(
    'from the notice to the reply with a passphrase and printed codes, out, and in again',
    TIMEOUT,
    async () => {
      const { ada, person, codes } = await atTheTerminal('paper')
      const { words } = ada
      await ada.press(words.envelope.open)
      await ada.arrives(SUBJECT)
      expect(await ada.says(), 'a letter keeps its lines').toMatch(/Dear Ada,\n\s*\n\s*all is well\.\n\s*Please come/)
      await writesBack(ada)
      await signsOut(ada)
      await typesPassphrase(ada, person.address, words.printedCode.title)
      await ada.type(words.printedCode.label, codes[0]!)
      await ada.press(words.goOn)
      await ada.arrives(words.messages.title)
      await ada.reads(words.messages.sentByYou)
    },
  )

  // What the pages are is the same in both languages: the longest way is walked in each, the others in one.
  test.runIf(language === 'en')(
    'with a passphrase and an app, whose key is typed; what goes wrong is said first',
    TIMEOUT,
    async () => {
      const person = await clinic.person(language, { story: 'text-app', scripts: false })
      await person.gets(SUBJECT)
      const ada = terminal('app')
      const { words } = ada
      await ada.goTo(await clinic.noticeLink(person.address))
      await ada.press(words.landing.go)
      await ada.press(words.ways.sendCode)
      await ada.type(words.code.label, '000000')
      await ada.press(words.goOn)
      await ada.reads(words.refused.wrong_code!)
      await ada.arrives(words.code.title)
      await ada.follow(words.code.cannot)
      await ada.arrives(words.noCode.title)
      await provesMailbox(ada, clinic, { address: person.address })
      const key = await choosesApp(ada, clinic.clock.read)
      await keepsCodes(ada)
      await ada.arrives(words.envelope.title)
      await signsOut(ada)
      await typesPassphrase(ada, person.address)
      await ada.type(words.appCode.label, await totpCode(key, clinic.clock.read()))
      await ada.press(words.goOn)
      await ada.arrives(words.messages.title)
      for (const [page, title] of [
        ['/account', words.account.title],
        ['/help', words.help.title],
        ['/language', words.language.title],
        ['/who-opened', words.history.ofAll],
        ['/nowhere', words.failure.notFound.title],
      ] as const) {
        await ada.goTo(page)
        await ada.arrives(title)
      }
    },
  )

  test.runIf(isTold(language, 'es'))('not for me, before signing in', TIMEOUT, async () => {
    const person = await clinic.person(language, { story: 'text-not-for-me', scripts: false })
    const deposit = await person.gets(SUBJECT)
    const stranger = terminal('not-for-me')
    const { words } = stranger
    await stranger.goTo(await clinic.noticeLink(person.address))
    await stranger.arrives(words.landing.title)
    await stranger.follow(words.landing.notMe)
    await stranger.arrives(words.landing.notMeTitle)
    await stranger.press(words.landing.notMeYes)
    await stranger.arrives(words.landing.doneTitle)
    const { messages } = await clinic.portal.depositState({ client: clinic.gateway }, deposit)
    expect(messages[0]!.receipts.map(({ stage }) => stage)).toContain('not_for_me')
  })

  test.runIf(language === 'es')(
    'a message whose time is over: more time is asked for, given, and the message read',
    TIMEOUT,
    async () => {
      const { ada, person } = await atTheTerminal('expired')
      const { words } = ada
      const deposit = await person.gets(LATER, { text: TEXT, expiresAt: clinic.clock.read() + minutes(10) })
      clinic.clock.advance(minutes(11))
      await ada.goTo('/messages')
      await ada.arrives(words.messages.title)
      await ada.follow(words.messages.states.expired)
      await ada.arrives(words.expired.title)
      await ada.press(words.expired.ask)
      await ada.reads(words.expired.asked('…').split('…')[0]!.trim())
      await clinic.portal.extendDeposit({ client: clinic.gateway }, deposit, clinic.clock.read() + days(7))
      await ada.goTo('/messages')
      await ada.arrives(words.messages.title)
      await ada.follow(`${words.messages.isNew} ${LATER}`)
      await ada.arrives(words.envelope.title)
      await ada.press(words.envelope.open)
      await ada.arrives(LATER)
      await ada.reads('all is well.')
    },
  )
})
