import { setTimeout as pause } from 'node:timers/promises'
import { seconds } from '../../server/time.ts'
import { totpCode } from '../support/clinic.ts'
import type { Goes } from '../support/walk.ts'
import { ADA } from './clinic.ts'

const PASSPHRASE = 'seven grey pigeons on a roof'

// As they are shown: in groups that can be read out.
const APP_KEY = /([A-Z2-7]{4} ){7}[A-Z2-7]{4}/
const PRINTED_CODE = /\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){2}\b/g

/** Who gets at somebody's letters. */
export interface Post {
  /** The link of the newest notice to this address. */
  noticeLink(address: string): Promise<string>
  /** The newest code that came to this address. */
  mailedCode(address: string): Promise<string>
}

/** From the notice's link to the choice of how to sign in: the mailbox is proven, and the clinic's check if there is one. */
export async function provesMailbox(
  ada: Goes,
  post: Post,
  { address = ADA.email, activation }: { address?: string; activation?: string } = {},
): Promise<void> {
  const { words } = ada
  await ada.goTo(await post.noticeLink(address))
  await ada.arrives(words.landing.title)
  await ada.press(words.landing.go)
  await ada.arrives(words.ways.title)
  await ada.press(words.ways.sendCode)
  await ada.arrives(words.code.title)
  await ada.type(words.code.label, await post.mailedCode(address))
  await ada.press(words.goOn)
  if (activation !== undefined) {
    await ada.arrives(words.confirm.title)
    await ada.type(words.confirm.codeLabel, activation)
    await ada.press(words.goOn)
  }
  await ada.arrives(words.enrol.title)
}

export async function choosesPasskey(person: Goes): Promise<void> {
  const { words } = person
  await person.follow(words.enrol.passkeyGo)
  await person.arrives(words.enrolPasskey.title)
  await person.type(words.enrolPasskey.label, 'My phone')
  await person.press(words.enrolPasskey.go)
  await keepsCodes(person)
}

/** @returns the printed codes. */
export async function choosesPaper(person: Goes): Promise<string[]> {
  const { words } = person
  await person.follow(words.enrol.paperGo)
  await choosesPassphrase(person)
  await person.arrives(words.enrolPaper.title)
  await person.press(words.enrolPaper.go)
  return keepsCodes(person)
}

/** @returns the key that the code app was given. */
export async function choosesApp(person: Goes, clock = Date.now): Promise<string> {
  const { words } = person
  await person.follow(words.enrol.appGo)
  await choosesPassphrase(person)
  await person.arrives(words.enrolApp.title)
  const [key = ''] = APP_KEY.exec(await person.says()) ?? []
  // A slow typist: the code of the step before still counts, and the one shown now stays unspent for the next sign-in.
  await person.type(words.enrolApp.label, await totpCode(key, (await earlyInStep(clock)) - seconds(30)))
  await person.press(words.goOn)
  return key.replaceAll(' ', '')
}

/** The time, once a code typed now will not be a step older when it arrives. */
async function earlyInStep(clock: () => number): Promise<number> {
  const left = seconds(30) - (clock() % seconds(30))
  if (left < seconds(5)) await pause(left)
  return clock()
}

async function choosesPassphrase(person: Goes): Promise<void> {
  const { words } = person
  await person.arrives(words.enrolPassphrase.title)
  await person.type(words.enrolPassphrase.label, PASSPHRASE)
  await person.press(words.goOn)
}

export async function keepsCodes(person: Goes): Promise<string[]> {
  const { words } = person
  await person.arrives(words.printedCodes.title)
  const codes = (await person.says()).match(PRINTED_CODE) ?? []
  await person.press(words.printedCodes.have)
  await person.arrives(words.second.title)
  await person.follow(words.second.later)
  return codes
}

/** Types the address and the passphrase; the second half they have is asked for next. */
export async function typesPassphrase(person: Goes, address = ADA.email, next = person.words.appCode.title): Promise<void> {
  const { words } = person
  await person.goTo('/sign-in')
  await person.arrives(words.signIn.title)
  await person.type(words.signIn.email, address)
  await person.press(words.goOn)
  await person.arrives(words.ways.title)
  await person.follow(words.ways.passphrase)
  await person.arrives(words.passphrase.title)
  await person.type(words.passphrase.label, PASSPHRASE)
  await person.press(words.goOn)
  await person.arrives(next)
}

export async function signsOut(person: Goes): Promise<void> {
  const { words } = person
  await person.press(words.nav.signOut)
  await person.arrives(words.signIn.title)
}
