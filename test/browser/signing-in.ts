import { en } from '../../app/language/en.ts'
import { seconds } from '../../server/time.ts'
import { totpCode } from '../support/clinic.ts'
import type { Walk } from '../support/walk.ts'
import { ADA, type ServedClinic } from './clinic.ts'

const PASSPHRASE = 'seven grey pigeons on a roof'

/** From the notice's link to the choice of how to sign in: the mailbox is proven, and the clinic's check if there is one. */
export async function provesMailbox(
  ada: Walk,
  clinic: ServedClinic,
  { address = ADA.email, activation }: { address?: string; activation?: string } = {},
): Promise<void> {
  await ada.goTo(await clinic.noticeLink(address))
  await ada.arrives(en.landing.title)
  await ada.press(en.landing.go)
  await ada.arrives(en.ways.title)
  await ada.press(en.ways.sendCode)
  await ada.arrives(en.code.title)
  await ada.type(en.code.label, await clinic.mailedCode(address))
  await ada.press(en.goOn)
  if (activation !== undefined) {
    await ada.arrives(en.confirm.title)
    await ada.type(en.confirm.codeLabel, activation)
    await ada.press(en.goOn)
  }
  await ada.arrives(en.enrol.title)
}

export async function choosesPasskey(person: Walk): Promise<void> {
  await person.follow(en.enrol.passkeyGo)
  await person.arrives(en.enrolPasskey.title)
  await person.type(en.enrolPasskey.label, 'My phone')
  await person.press(en.enrolPasskey.go)
  await keepsCodes(person)
}

/** @returns the printed codes. */
export async function choosesPaper(person: Walk): Promise<string[]> {
  await person.follow(en.enrol.paperGo)
  await choosesPassphrase(person)
  await person.arrives(en.enrolPaper.title)
  await person.press(en.enrolPaper.go)
  return keepsCodes(person)
}

/** @returns the key that the code app was given. */
export async function choosesApp(person: Walk): Promise<string> {
  await person.follow(en.enrol.appGo)
  await choosesPassphrase(person)
  await person.arrives(en.enrolApp.title)
  const key = (await person.page.locator('code.secret').innerText()).replace(/\s/g, '')
  // A slow typist: the code of the step before still counts, and the one shown now stays unspent for the next sign-in.
  await person.type(en.enrolApp.label, await totpCode(key, Date.now() - seconds(30)))
  await person.press(en.goOn)
  return key
}

async function choosesPassphrase(person: Walk): Promise<void> {
  await person.arrives(en.enrolPassphrase.title)
  await person.type(en.enrolPassphrase.label, PASSPHRASE)
  await person.press(en.goOn)
}

export async function keepsCodes(person: Walk): Promise<string[]> {
  await person.arrives(en.printedCodes.title)
  const codes = await person.page.getByRole('list', { name: en.printedCodes.list }).getByRole('listitem').allInnerTexts()
  await person.follow(en.printedCodes.have)
  await person.arrives(en.second.title)
  await person.follow(en.second.later)
  return codes
}

/** Types the address and the passphrase; the second half they have is asked for next. */
export async function typesPassphrase(person: Walk, address = ADA.email, next = en.appCode.title): Promise<void> {
  await person.goTo('/sign-in')
  await person.arrives(en.signIn.title)
  await person.type(en.signIn.email, address)
  await person.press(en.goOn)
  await person.arrives(en.ways.title)
  await person.follow(en.ways.passphrase)
  await person.arrives(en.passphrase.title)
  await person.type(en.passphrase.label, PASSPHRASE)
  await person.press(en.goOn)
  await person.arrives(next)
}

export async function signsOut(person: Walk): Promise<void> {
  await person.press(en.nav.signOut)
  await person.arrives(en.signIn.title)
}
