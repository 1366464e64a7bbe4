import type { TlsOptions } from 'node:tls'
import { expect, onTestFinished } from 'vitest'
import type { Language } from '../../app/language/words.ts'
import { startSession } from '../../server/sign-in/session.ts'
import type { PersonRef } from '../../server/sign-in/store.ts'
import { servedClinic as openClinic, type ServedClinic } from '../app/served.ts'
import { type Walk, walk } from '../support/walk.ts'
import { type OneLanguage, oneLanguage } from './one-language.ts'
import type { Post } from './signing-in.ts'

/** A clinic in this process, whose clock stands until a story moves it, and its post. */
export interface JourneyClinic extends ServedClinic, Post {
  /** Somebody new to the clinic, with a phone of their own. No letter to them may have a word that is not in their language. */
  person(language: Language, phone?: PhoneOptions): Promise<Person>
}

interface PhoneOptions {
  scripts?: boolean
  /** Names the folder of its pictures. */
  story: string
}

export interface Person extends Walk {
  address: string
  language: Language
  /** Something from the clinic, in their language; says the deposit's id. */
  gets(subject: string, more?: Parameters<ServedClinic['deposits']>[2]): Promise<string>
  /** Is signed in, with a passphrase and paper, where the way in is no part of the story; says the printed codes. */
  isIn(): Promise<string[]>
  /** Another browser that holds nothing yet. */
  anotherPhone(phone?: { scripts?: boolean; story?: string }): Promise<Walk>
  /** Presses what opens a waiting message. */
  opens(phone: Walk, subject: string): Promise<void>
}

const NAME = 'Ada Lopez'
const ZONE = 'America/New_York'
let people = 0

/**
 * Whether this story is told in this language. `npm test` tells each in one, for the words of every page are held by other tests
 * (test/flows/every-language.test.ts, test/app/language.test.ts); where pictures are taken, in both.
 */
export const isTold = (language: Language, first: Language): boolean =>
  language === first || process.env.SCREENSHOTS !== undefined

/** The caller closes it. @param certificate - of its TLS; without one it speaks plain http, which browsers trust on localhost. */
export async function journeyClinic(certificate?: TlsOptions): Promise<JourneyClinic> {
  const clinic = await openClinic(certificate)
  const given = [
    NAME,
    'My phone',
    'Dr. Cole',
    'North Clinic',
    'South Clinic',
    'cole',
    'localhost',
    'plan',
    'txt',
    'diary',
    'example.com',
    'Chrome',
    'Linux',
  ]
  const languages = new Map<Language, OneLanguage>()
  const onlyIn = (language: Language): OneLanguage => {
    const known = languages.get(language) ?? oneLanguage(language, given, [ZONE])
    languages.set(language, known)
    return known
  }

  const whole: JourneyClinic = Object.assign(Object.create(clinic) as ServedClinic, {
    async noticeLink(address: string) {
      await clinic.deliver()
      return /\/m\/[\w-]+\S*/.exec(clinic.mailbox.lettersTo(address).findLast(({ text }) => text.includes('/m/'))!.text)![0]
    },
    async mailedCode(address: string) {
      await clinic.deliver()
      return clinic.mailbox.codeTo(address)
    },
    async person(language: Language, { scripts = true, story }: PhoneOptions) {
      const address = `ada${++people}@example.com`
      const { ofPage, ofLetter } = onlyIn(language)
      const phone = (named: string, withScripts: boolean) =>
        walk(clinic.origin, {
          ...{ language, story: `${named}-${language}`, javaScriptEnabled: withScripts, problems: ofPage },
          ...(language === 'es' && { locale: 'es-US' }),
        })
      const first = await phone(story, scripts)
      const person: Person = {
        ...first,
        address,
        language,
        async gets(subject, more = {}) {
          const order = { language, ...more }
          return (await clinic.deposits(subject, [{ name: NAME, address }], order)).id
        },
        async isIn() {
          const patient = clinic.patient(NAME, address)
          await signsIn(first, clinic, (await patient.signsIn()).person)
          return patient.printedCodes()
        },
        anotherPhone: ({ scripts: withScripts = true, story: named = `${story}-2` } = {}) => phone(named, withScripts),
        async opens(on, subject) {
          await on.goTo('/messages')
          await on.page.getByRole('link', { name: subject }).first().click()
          await on.arrives(on.words.envelope.title)
          await on.press(on.words.envelope.open)
          await on.arrives(subject)
        },
      }
      onTestFinished(async () => {
        await clinic.deliver()
        expect(clinic.mailbox.lettersTo(address).flatMap(ofLetter)).toEqual([])
        expect(first.complaints).toEqual([])
      })
      return person
    },
  })
  return whole
}

/** From now on, this browser's visitor is somebody who signed in just now. */
export async function signsIn({ context }: Walk, { clock, parts }: ServedClinic, person: PersonRef): Promise<void> {
  const value = await parts.store.transaction(tx => startSession(tx, clock.read(), person, 'full', 'passphrase+totp'))
  await context.addCookies([{ name: '__Host-session', value, domain: 'localhost', path: '/', secure: true, httpOnly: true }])
}

/** Writes an answer with a file to what is shown, after an empty one that came back, and sends it. */
export async function writesBack(phone: Walk): Promise<void> {
  const { words } = phone
  await phone.follow(words.message.reply)
  await phone.arrives(words.reply.title)
  await phone.press(words.reply.check)
  await phone.reads(words.required.text!)
  await phone.arrives(words.reply.title)
  await phone.type(words.reply.label, 'Ada')
  const file = { name: 'diary.txt', mimeType: 'text/plain', buffer: Buffer.from('Monday: well.') }
  await phone.page.getByLabel(words.reply.files).setInputFiles(file)
  await phone.press(words.reply.check)
  await phone.arrives(words.check.title)
  await phone.press(words.check.send)
  await phone.arrives(words.sent.title)
}
