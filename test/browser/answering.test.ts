import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { en } from '../../app/language/en.ts'
import type { Reader } from '../../server/sign-in/visitor.ts'
import { minutes } from '../../server/time.ts'
import { type ServedClinic, servedClinic } from '../app/served.ts'
import { startedOf } from '../support/clinic.ts'
import { type Walk, walk } from '../support/walk.ts'

let clinic: ServedClinic
beforeAll(async () => {
  clinic = await servedClinic()
})
afterAll(() => clinic.closeAll())

const PASSPHRASE = 'seven grey pigeons on a roof'
let people = 0

/** Somebody who is signed in and has opened a message, with a browser of their own. */
async function writer({ scripts }: { scripts: boolean }) {
  const address = `writer${++people}@example.com`
  const { id: deposit } = await clinic.deposits('Your visit on Monday', [{ name: 'Ada Lopez', address }])
  const { requestToken } = await clinic.portal.beginSignIn({ address })
  await clinic.portal.sendMailboxCode(requestToken)
  await clinic.deliver()
  const { sessionToken } = startedOf(await clinic.portal.enterMailboxCode(requestToken, clinic.mailbox.codeTo(address)))
  const newcomer = (await clinic.portal.visitor(sessionToken))!
  await clinic.portal.choosePassphrase(newcomer, PASSPHRASE)
  const enrolled = await clinic.portal.enrolPrintedCodes(newcomer)
  const reader = (await clinic.portal.visitor(enrolled.sessionToken)) as Reader
  const [line] = (await clinic.portal.listMessages(reader, { limit: 1 })).lines
  await clinic.portal.openMessage(reader, line!.id)
  const ada = await walk(clinic.origin, { javaScriptEnabled: scripts, story: scripts ? 'answering' : 'answering-plain' })
  await signIn(ada.context, enrolled.sessionToken)
  const reply = `/messages/${line!.id}/reply`
  return { ada, address, reply, deposit, message: line!.id, codes: enrolled.printedCodes }
}

const signIn = (context: BrowserContext, value: string) =>
  context.addCookies([
    { name: '__Host-session', value, domain: 'localhost', path: '/', secure: true, httpOnly: true, sameSite: 'Lax' },
  ])

const box = (page: Page) => page.getByLabel(en.reply.label, { exact: true })
const file = (name: string, size = 13) => ({ name, mimeType: 'text/plain', buffer: Buffer.alloc(size, 'Monday: well. ') })
const answersTo = async (message: string) =>
  clinic.parts.store.read(async tx => (await tx.receipts.ofMessages([message])).filter(({ stage }) => stage === 'replied').length)

test('with scripts: saved while typing, files come once, read over, sent once', { timeout: 60_000 }, async () => {
  const { ada, reply, message } = await writer({ scripts: true })
  await ada.goTo(reply)
  await ada.arrives(en.reply.title)
  await box(ada.page).pressSequentially('Thank you. May I swim?')
  await ada.reads(/^Saved at /)
  await ada.page.getByLabel(en.reply.files).setInputFiles(file('diary.txt', 300_000))
  await ada.reads(en.draft.uploaded('diary.txt'))
  await ada.page.reload()
  expect(await box(ada.page).inputValue()).toBe('Thank you. May I swim?')
  await ada.arrives(en.reply.title)
  await ada.page.getByRole('button', { name: `${en.reply.remove} diary.txt` }).waitFor()

  await ada.goTo('/messages')
  await ada.reads(en.draft.begun)
  await ada.arrives(en.messages.title)
  await ada.page.locator('.begun a').click()
  await ada.press(en.reply.check)
  await ada.arrives(en.check.title)
  await ada.reads('Thank you. May I swim?')
  await ada.reads('diary.txt')
  await ada.page.getByRole('button', { name: en.check.send, exact: true }).dblclick()
  await ada.arrives(en.sent.title)
  await ada.reads(en.sent.noDate)
  expect(await answersTo(message)).toBe(1)
  expect(ada.complaints).toEqual([])
})

test('too many files are not added, one on its way can be stopped, and no words are lost', {
  timeout: 60_000,
}, async () => {
  const { ada, reply } = await writer({ scripts: true })
  await ada.goTo(reply)
  await box(ada.page).fill('Here is the film.')
  await ada.page.getByLabel(en.reply.files).setInputFiles(Array.from({ length: 11 }, (_, i) => file(`${i}.txt`)))
  await ada.reads(en.draft.notUploaded)
  // One that does not get on, until it is stopped.
  await ada.page.route('**/reply/files', () => undefined)
  await ada.page.getByLabel(en.reply.files).setInputFiles(file('photo.jpg'))
  const stop = ada.page.getByRole('button', { name: en.draft.stop })
  await stop.waitFor()
  expect(await stop.evaluate(element => element === document.activeElement)).toBe(true)
  await stop.click()
  await ada.reads(en.draft.stopped)
  await ada.press(en.reply.save)
  await ada.reads(en.draft.saved)
  expect(await box(ada.page).inputValue()).toBe('Here is the film.')
  expect(await ada.page.locator('.draft-files li').count()).toBe(0)
})

test('what was changed in another window is not written over unseen', { timeout: 60_000 }, async () => {
  const { ada, reply } = await writer({ scripts: true })
  await ada.goTo(reply)
  const other = await ada.context.newPage()
  await other.goto(reply)
  await box(ada.page).fill('From the phone')
  await ada.reads(/^Saved at /)
  await box(other).fill('From the desk')
  await other.getByRole('button', { name: en.reply.save }).click()
  await other.getByText(en.draft.before).waitFor()
  expect(await box(other).inputValue()).toBe('From the desk')
  expect(await other.getByLabel(en.draft.before).inputValue()).toBe('From the phone')
  await other.getByRole('button', { name: en.reply.save }).click()
  await other.getByText(en.draft.saved).waitFor()
})

async function signsInAgain(ada: Walk, address: string, code: string): Promise<void> {
  await ada.type(en.signIn.email, address)
  await ada.press(en.goOn)
  await ada.follow(en.ways.passphrase)
  await ada.type(en.passphrase.label, PASSPHRASE)
  await ada.press(en.goOn)
  await ada.type(en.printedCode.label, code)
  await ada.press(en.goOn)
}

test('without scripts: a session that ends while somebody writes costs no word', { timeout: 60_000 }, async () => {
  const { ada, address, reply, message, codes } = await writer({ scripts: false })
  await ada.goTo(reply)
  await ada.arrives(en.reply.title)
  await box(ada.page).fill('Thank you.')
  await ada.page.getByLabel(en.reply.files).setInputFiles(file('diary.txt'))
  await ada.press(en.reply.save)
  await ada.reads(en.draft.saved)
  await ada.reads('diary.txt')

  await box(ada.page).fill('Thank you. May I swim?')
  // A photo makes the form longer than a stranger's may be: the words come before it.
  await ada.page.getByLabel(en.reply.files).setInputFiles(file('photo.txt', 2_000_000))
  clinic.clock.advance(minutes(16))
  await ada.press(en.reply.check)
  await ada.reads(en.signIn['kept-files'])
  await ada.arrives(en.signIn.title)
  await signsInAgain(ada, address, codes[0]!)
  await ada.reads(en.draft.aside)
  await ada.reads(en.draft.filesAgain)
  await ada.arrives(en.reply.title)
  expect(await box(ada.page).inputValue()).toBe('Thank you. May I swim?')
  expect(await ada.page.getByLabel(en.draft.before).inputValue()).toBe('Thank you.')

  await ada.press(en.reply.check)
  await ada.arrives(en.check.title)
  await ada.press(`${en.reply.remove} diary.txt`)
  await ada.reads(en.check.noFiles)
  await ada.follow(en.check.change)
  await box(ada.page).fill('')
  await ada.press(en.reply.check)
  await ada.reads(en.required.text!)
  await box(ada.page).fill('May I swim?')
  await ada.press(en.reply.check)
  await ada.press(en.check.send)
  await ada.arrives(en.sent.title)
  expect(await answersTo(message)).toBe(1)
})

test('without scripts: a message that is taken back meanwhile leaves the words to be copied', { timeout: 60_000 }, async () => {
  const { ada, reply, message, deposit } = await writer({ scripts: false })
  await ada.goTo(reply)
  await box(ada.page).fill('Thank you. May I swim?')
  await ada.press(en.reply.check)
  await clinic.portal.retract({ client: clinic.gateway }, deposit, { reason: 'other', tellRecipient: true })
  await ada.press(en.check.send)
  await ada.reads(en.closed.retracted)
  await ada.arrives(en.closed.title)
  expect(await ada.page.getByLabel(en.closed.yours).inputValue()).toBe('Thank you. May I swim?')
  await ada.follow(en.reply.remember)
  await ada.arrives(en.deleting.title)
  await ada.press(en.deleting.go)
  await ada.reads(en.deleting.done)
  expect(await answersTo(message)).toBe(0)
})

test('two windows: staying in one keeps the other, Escape stays, and what is left is said in words', {
  timeout: 60_000,
}, async () => {
  const { ada, reply } = await writer({ scripts: true })
  await ada.page.clock.install()
  await ada.goTo(reply)
  const other = await ada.context.newPage()
  await other.goto(reply)
  await box(ada.page).focus()
  await ada.page.clock.runFor('13:05')
  const asks = (page: Page) => page.getByRole('alertdialog')
  await asks(ada.page).waitFor()
  await asks(other).waitFor()
  await ada.reads(en.timeOut.left.two)
  await ada.page.clock.runFor('01:00')
  await ada.reads(en.timeOut.left.one)
  const stay = ada.page.getByRole('button', { name: en.timeOut.stay })
  expect(await stay.evaluate(element => element === document.activeElement)).toBe(true)
  await ada.page.keyboard.press('Tab')
  expect(await ada.page.evaluate(() => document.activeElement?.closest('dialog, body')?.tagName)).not.toBe('MAIN')
  await stay.focus()
  await Promise.all([ada.page.waitForResponse('**/still-here'), ada.page.keyboard.press('Escape')])
  await asks(ada.page).waitFor({ state: 'hidden' })
  await asks(other).waitFor({ state: 'hidden' })
  expect(await box(ada.page).evaluate(element => element === document.activeElement)).toBe(true)
  await other.clock.runFor('12:50')
  expect(await asks(other).isVisible()).toBe(false)
})
