import { beforeAll, expect, test } from 'vitest'
import { en } from '../../app/language/en.ts'
import { type Walk, walk } from '../support/walk.ts'
import { ADA, type Deposited, type ServedClinic, servedClinic } from './clinic.ts'
import { choosesPasskey, provesMailbox } from './signing-in.ts'

// Mail gateways open every link of a letter in a browser that runs scripts, some of them more than once; browsers restore tabs.

let clinic: ServedClinic
beforeAll(async () => {
  clinic = await servedClinic()
})

const message = async (deposit: Deposited) => (await clinic.api<Deposited>('GET', `/deposits/${deposit.id}`)).messages[0]!
const stages = async (deposit: Deposited): Promise<string[]> => (await message(deposit)).receipts.map(({ stage }) => stage)

/** Opens a page with GET and HEAD, lets its scripts run, then does the same with every link on it. */
async function scan(scanner: Walk, address: string): Promise<string[]> {
  const seen: string[] = []
  const ahead = [new URL(address, clinic.server.origin).href]
  while (ahead.length > 0 && seen.length < 40) {
    const link = ahead.shift()!
    if (seen.includes(link)) continue
    seen.push(link)
    await scanner.context.request.head(link)
    await scanner.page.goto(link, { waitUntil: 'load' })
    const links = await scanner.page.getByRole('link').evaluateAll(found => found.map(one => (one as HTMLAnchorElement).href))
    ahead.push(...links.map(one => one.replace(/#.*/, '')).filter(one => one.startsWith(clinic.server.origin)))
  }
  return seen
}

test('a scanner that follows every link of a notice opens nothing and burns nothing', { timeout: 120_000 }, async () => {
  const deposit = await clinic.deposit({ subject: 'Your visit', text: 'Monday.' })
  const link = await clinic.noticeLink(ADA.email)
  const scanner = await walk(clinic.server.origin, { screen: 'desktop' })
  const seen = await scan(scanner, link)
  expect(seen.some(one => one.includes('not-for-me'))).toBe(true)
  expect(await message(deposit)).toMatchObject({ state: 'waiting' })
  expect(await stages(deposit)).toEqual(['noticed'])

  const ada = await walk(clinic.server.origin)
  await ada.goTo(link)
  await ada.press(en.landing.go)
  await ada.press(en.ways.sendCode)
  await ada.arrives(en.code.title)
  const code = await clinic.mailedCode(ADA.email)
  // Restored, scanned and asked for again, by GET and HEAD: the code is still the code.
  for (let i = 0; i < 3; i++) await ada.page.reload()
  await ada.context.request.head('/sign-in/code')
  await ada.type(en.code.label, code)
  await ada.press(en.goOn)
  await ada.arrives(en.enrol.title)
})

test('an invitation is not used up by opening its link', async () => {
  const link = await clinic.invitation('Dr. Hale', 'provider')
  const scanner = await walk(clinic.server.origin, { screen: 'desktop' })
  await scan(scanner, link)
  const drHale = await walk(clinic.server.origin, { screen: 'desktop' })
  await drHale.goTo(link)
  await drHale.press(en.invitation.accept)
  await drHale.arrives(en.enrol.title)
})

test('even signed in, no GET or HEAD opens a message, fetches a file or hides anything', { timeout: 120_000 }, async () => {
  const recipients = [{ name: 'Cleo Marsh', email: 'cleo@example.com' }]
  const attachments = [{ name: 'plan.txt', type: 'text/plain', data: 'V2Fsaw==' }]
  const deposit = await clinic.deposit({ subject: 'Your plan', text: 'Walk.', attachments }, { recipients })
  const cleo = await walk(clinic.server.origin)
  await provesMailbox(cleo, clinic, { address: 'cleo@example.com' })
  await choosesPasskey(cleo)
  await cleo.arrives(en.envelope.title)
  const { id } = deposit.messages[0]!
  await scan(cleo, `/messages/${id}`)
  for (const act of ['open', 'not-for-me', 'more-time', 'reply', 'attachments/att_00000000000000000000000000']) {
    const answer = await cleo.context.request.get(`/messages/${id}/${act}`)
    expect(await answer.text()).not.toContain('Walk.')
  }
  await cleo.context.request.get('/sign-out')
  expect(await message(deposit)).toMatchObject({ state: 'waiting' })
  expect(await stages(deposit)).toEqual(['noticed', 'signed_in'])
  await cleo.goTo('/messages')
  await cleo.arrives(en.messages.title)
})
