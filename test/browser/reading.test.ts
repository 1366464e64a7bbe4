import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId, newSecret } from '../../server/ids.ts'
import { hashToken } from '../../server/sign-in/token.ts'
import type { Reader } from '../../server/sign-in/visitor.ts'
import { lookingThrough, NARROWEST } from '../app/looking.ts'
import { type ServedClinic, servedClinic } from '../app/served.ts'
import { visit } from '../support/browser.ts'
import { textFile } from '../support/clinic.ts'

let clinic: ServedClinic
beforeAll(async () => {
  clinic = await servedClinic()
})
afterAll(() => clinic.closeAll())

const ADA = { name: 'Ada Lopez', address: 'ada@example.com' }

/** A session of somebody who has signed in, for a browser that did not see how. */
async function sessionOf({ person, level, method }: Reader): Promise<string> {
  const token = newSecret()
  const now = clinic.clock.read()
  const times = { createdAt: now, signedInAt: now, lastSeenAt: now }
  const session = { tokenHash: hashToken(token), handle: newId('ses', now), person, level, method, ...times }
  await clinic.parts.store.transaction(tx => tx.signIn.sessions.add(session))
  return token
}

test('without scripts a patient finds a message, keeps a copy of it, and sees that all of it was written down', {
  timeout: 120_000,
}, async () => {
  await clinic.deposits('Your visit', [ADA], { text: 'Bring your card.', attachments: [textFile('plan.txt', 'At nine.')] })
  await clinic.deposits('Your blood test', [ADA], { text: 'All is well.' })
  const ada = clinic.patient(ADA.name, ADA.address)
  const reader = await ada.signsIn()
  await ada.opens('Your visit')
  const context = await visit(clinic.origin, 'phone', { ...NARROWEST, javaScriptEnabled: false, acceptDownloads: true })
  const cookie = { name: '__Host-session', value: await sessionOf(reader), url: clinic.origin.replace('http:', 'https:') }
  await context.addCookies([{ ...cookie, secure: true, httpOnly: true }])
  const { page, press, fill, isWell } = await lookingThrough(context)

  await page.goto('/messages')
  await press('New')
  await isWell('My messages')
  expect(await page.locator('.messages a').allTextContents()).toEqual([expect.stringContaining('Your blood test')])
  await press('Search, or choose a sender')
  await press('Search')
  await isWell('Find a message')
  await fill('Words to look for', 'CÁRD')
  await press('Search')
  await isWell('Find a message')
  await page.getByRole('heading', { name: 'We found 1 message' }).waitFor()
  expect(page.url()).not.toMatch(/c%C3%81rd|card/i)
  await page.locator('.messages a').click()
  await isWell('Your visit')
  await page.goBack()
  await page.getByRole('heading', { name: 'We found 1 message' }).waitFor()
  expect(await page.getByLabel('Words to look for').inputValue(), 'nothing has to be sent again').toBe('CÁRD')
  await page.locator('.messages a').click()

  await press('Save a copy')
  await isWell('Save a copy')
  const saved = async (button: string) => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: button }).click()])
    return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') }
  }
  const asPage = await saved('Save as a page')
  expect(asPage.name).toMatch(/^message-\d{4}-\d\d-\d\d\.html$/)
  const mail = await saved('Save as an e-mail')
  expect(mail.text).toContain(Buffer.from('At nine.').toString('base64'))
  const requests: string[] = []
  const copy = await context.newPage()
  copy.on('request', request => requests.push(request.url()))
  await copy.setContent(asPage.text)
  await copy.getByText('Anyone who can open this file can read it.').waitFor()
  expect(requests).toEqual([])

  await press('Go back')
  await press('What happened with this message')
  await isWell('What happened with this message')
  const told = await page.locator('.timeline strong').allTextContents()
  expect(told.slice(0, 4)).toEqual([
    'You looked at this list.',
    'You looked at it.',
    'You took the file “plan.txt”.',
    'You saved a copy.',
  ])
  await page.goto('/account')
  await isWell('My settings')
  await press('See the list')
  await isWell('Who opened my messages')
  await press('Only what other people did')
  await isWell('Who opened my messages')
  expect((await page.locator('.timeline strong').allTextContents()).some(line => line.startsWith('You '))).toBe(false)
  await context.close()
})
