import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId, newSecret } from '../../server/ids.ts'
import { hashToken } from '../../server/sign-in/token.ts'
import type { Role } from '../../server/staff.ts'
import { days, minutes } from '../../server/time.ts'
import { givePasskeys, visit } from '../support/browser.ts'
import { textFile } from '../support/clinic.ts'
import { lookingThrough, NARROWEST } from './looking.ts'
import { type ServedClinic, servedClinic } from './served.ts'

let clinic: ServedClinic
beforeAll(async () => {
  clinic = await servedClinic()
})
afterAll(() => clinic.closeAll())

const noticeTo = (address: string) => /\/m\/[\w-]+/.exec(clinic.mailbox.letterTo(address).text)![0]

test('a patient reads, writes back and signs out on a phone without JavaScript, and every page is well', {
  timeout: 240_000,
}, async () => {
  const ada = { name: 'Ada Lopez', address: 'ada@example.com' }
  const html = '<p>See you on <b>Monday</b>.</p>'
  await clinic.deposits('Your visit', [{ ...ada, activation: { kind: 'birth_date', answer: '1950-01-31' } }], {
    text: 'See you on Monday.',
    html,
    attachments: [textFile('plan für Ada.txt', 'Come at nine.')],
  })
  const mistake = await clinic.deposits('A mistake', [ada])
  await clinic.deposits('Soon over', [ada], { expiresAt: clinic.clock.read() + minutes(10) })
  await clinic.deliver()
  const context = await visit(clinic.origin, 'phone', { ...NARROWEST, javaScriptEnabled: false })
  const { page, press, fill, isWell } = await lookingThrough(context)

  await page.goto('/')
  await isWell('Secure messages from your care team')
  await page.goto(noticeTo(ada.address))
  await isWell('A message is waiting for you')
  await press('This is not for me')
  await isWell('Is this message not for you?')
  await press('No, go back')
  await press('Continue')
  await isWell('How do you want to sign in?')
  await press('I need help to sign in')
  await isWell('Ways to get in')
  await page.goBack()
  await press('E-mail me a code')
  await fill('Code from the e-mail', '000000')
  await press('Continue')
  await isWell('Check your e-mail')
  expect(await page.getByLabel('Code from the e-mail').inputValue()).toBe('000000')
  await clinic.deliver()
  await fill('Code from the e-mail', clinic.mailbox.codeTo(ada.address))
  await press('Continue')
  await isWell('First, we check that it is you')
  await fill('Month', '1')
  await fill('Day', '31')
  await fill('Year', '1951')
  await press('Continue')
  await isWell('First, we check that it is you')
  await fill('Year', '1950')
  await press('Continue')
  await isWell('Choose how you will sign in')
  await press('Use a passphrase and an app')
  await fill('New passphrase', '12345678')
  await press('Continue')
  await isWell('Choose a passphrase')
  await fill('New passphrase', 'seven grey pigeons on a roof')
  await press('Continue')
  await isWell('Add this site to your app')
  await page.goto('/enrol')
  await press('Use a passphrase and paper')
  await fill('New passphrase', 'seven grey pigeons on a roof')
  await press('Continue')
  await isWell('Get your list of codes')
  await press('Show my codes')
  await isWell('Keep these codes safe')
  const codes = await page.locator('.codes code').allTextContents()
  expect(codes).toHaveLength(10)
  await press('I have them')
  await isWell('You can sign in now')
  await press('Go on')
  await isWell('My messages')
  await page.goto('/account')
  await page.getByRole('button', { name: /^Remove\s+Passphrase/ }).click()
  await isWell('My settings')
  await page.getByText('We did not remove it, for you could not sign in without it.').waitFor()
  await page.goto('/messages')

  await page.getByRole('link', { name: 'Your visit' }).click()
  await isWell('You have a message')
  await press('Open message')
  await isWell('Your visit')
  expect(await page.locator('.letter').textContent()).toBe('See you on Monday.')
  await press('Larger text')
  await press('Show it as the sender designed it')
  await isWell('Your visit')
  expect(await page.frameLocator('iframe').locator('b').textContent()).toBe('Monday')
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download' }).click()])
  expect(download.suggestedFilename()).toBe('plan für Ada.txt')
  await press('Write back')
  await press('Check before you send')
  await isWell('Write back')
  await fill('Your message', 'Thank you.')
  await press('Save and finish later')
  await isWell('Write back')
  await page.goto('/messages')
  await isWell('My messages')
  await page.locator('.begun a').click()
  await press('Check before you send')
  await isWell('Check your message')
  await press('Send')
  await isWell('Your message was sent')

  await clinic.portal.retract({ client: clinic.gateway }, mistake.id, { reason: 'wrong_recipient', tellRecipient: true })
  clinic.clock.advance(minutes(11))
  await page.goto('/messages')
  await page.getByRole('link', { name: 'Taken back' }).click()
  await isWell('This message was taken back')
  await page.goto('/messages')
  await page.getByRole('link', { name: 'Time is over' }).click()
  await isWell('The time to read this message is over')
  await press('Ask for more time')
  await isWell('The time to read this message is over')
  for (const [path, title] of [
    ['/account', 'My settings'],
    ['/help', 'Help and privacy'],
    ['/messages/msg_00000000000000000000000000', 'This page is not here'],
  ] as const) {
    await page.goto(path)
    await isWell(title)
  }
  await page.goto('/language')
  await page.getByLabel('Español').check()
  await press('Save')
  await isWell('Idioma')
  await press('Salir')
  await isWell('Entrar')

  await fill('Su correo electrónico', ada.address)
  await press('Continuar')
  await press('Usar mi frase de acceso')
  await isWell('Su frase de acceso')
  await fill('Frase de acceso', 'seven grey pigeons on a roof')
  await press('Continuar')
  // Who has paper and no app is asked for paper at once; the other page is a step away.
  await isWell('Su código impreso')
  await page.goto('/sign-in/app-code')
  await isWell('Código de su aplicación')
  await press('Usar un código impreso')
  await isWell('Su código impreso')
  await fill('Código impreso', codes[0]!)
  await press('Continuar')
  await isWell('Mis mensajes')
  await page.getByRole('link', { name: 'Your visit' }).last().click()
  await page.goto(`${page.url()}/not-for-me`)
  await press('Ocultar este mensaje')
  await isWell('¿Este mensaje no es para usted?')
  await context.close()
})

async function invitationFor(name: string, role: Role): Promise<string> {
  const token = newSecret()
  const now = clinic.clock.read()
  const person = { kind: 'staff' as const, id: newId('stf', now), organization: clinic.organization.id }
  const address = `${name.toLowerCase().replaceAll(/\W+/g, '.')}@example.com`
  await clinic.parts.store.transaction(async tx => {
    await tx.staff.add({
      id: person.id,
      organization: person.organization,
      address,
      name,
      role,
      createdAt: now,
      disabledAt: null,
    })
    await tx.signIn.invitations.put({ tokenHash: hashToken(token), person, expiresAt: now + days(7) })
  })
  return `/invitation/${token}`
}

async function joins(name: string, role: Role) {
  const context = await visit(clinic.origin, 'phoneDark', NARROWEST)
  const looking = await lookingThrough(context)
  await givePasskeys(looking.page)
  await looking.page.goto(await invitationFor(name, role))
  await looking.isWell('You are invited')
  await looking.press('Accept and continue')
  await looking.press('Set up a passkey')
  await looking.isWell('Set up a passkey')
  await looking.press('Set up a passkey now')
  await looking.isWell('You can sign in now')
  await looking.press('Go on')
  return { ...looking, context }
}

test('a provider joins, writes, reads the reply, answers and withdraws, and every page is well', {
  timeout: 240_000,
}, async () => {
  const { page, press, fill, isWell, context } = await joins('Dr. Cole', 'provider')
  const ben = clinic.patient('Ben Okafor', 'ben@example.com')
  await isWell('Sent')
  await press('New message')
  await fill('Full name', 'Ben Okafor')
  await press('Send')
  await isWell('New message')
  expect(await page.getByLabel('Full name').inputValue()).toBe('Ben Okafor')
  expect(await page.locator('#files-hint').textContent()).toContain('Please add them again.')
  await fill('E-mail address', ben.address)
  await fill('Subject', 'Your plan')
  await page.getByRole('textbox', { name: 'Message' }).fill('Please read it.')
  await page.getByLabel('The mailbox alone').check()
  await press('Send')
  await isWell('Your plan')
  await clinic.deliver()
  await ben.opens('Your plan')
  await ben.replies('Your plan', 'I have read it.')
  await page.goto('/sent')
  await isWell('Sent')
  await press('Your plan')
  await isWell('Your plan')
  await fill('Can be read until the end of', '2026-01-20')
  await press('Change the last day')
  await isWell('Your plan')
  await press('Withdraw…')
  await press('Withdraw now')
  await isWell('Withdraw a message')
  await page.getByLabel('It was sent twice').check()
  await press('Withdraw now')
  await isWell('Your plan')
  expect(await page.getByRole('status').textContent()).toBe('The message was withdrawn.')
  await page.goto('/replies')
  await isWell('Replies')
  await page.locator('tbody a').first().click()
  await isWell('You have a reply')
  await press('Open reply')
  await page.getByLabel('Your answer').fill('Good.')
  await press('Send answer')
  expect(await page.getByRole('status').textContent()).toContain('Your answer is kept')
  await page.goto('/trail')
  await isWell('You cannot use this page')
  await press('Sign out')
  await isWell('Sign in')
  await press('Sign in with a passkey')
  await isWell('Sent')
  await context.close()
})

test('a compliance officer looks through the trail, and every page is well', { timeout: 120_000 }, async () => {
  const { page, press, fill, isWell, context } = await joins('Ruth Reyes', 'compliance')
  await isWell('Audit trail')
  await page.getByLabel('Action').fill('staff.joined')
  await press('Show')
  await isWell('Audit trail')
  expect(await page.locator('tbody tr').count()).toBeGreaterThan(0)
  await fill('What (id) (you may leave this empty)', 'nothing of that name')
  await press('Show')
  expect(await page.locator('main').textContent()).toContain('No entry fits.')
  await page.goto('/sent')
  await isWell('You cannot use this page')
  await context.close()
})

test('the style sheet and the scripts are small', async () => {
  const page = await (await fetch(`${clinic.origin}/sign-in`)).text()
  const sizeOf = async (address: RegExp) => {
    const path = address.exec(page)![0]
    const asset = await fetch(clinic.origin + path)
    const { gzipSync } = await import('node:zlib')
    return gzipSync(await asset.text()).length
  }
  expect(await sizeOf(/\/assets\/pages-[\w-]+\.css/)).toBeLessThan(12_288)
  expect(await sizeOf(/\/assets\/passkey-[\w-]+\.js/)).toBeLessThan(4_096)
})

test('the landing page has the same bytes for every locator, and so has its question', async () => {
  await clinic.deposits('Something', [{ name: 'Cleo Park', address: 'cleo@example.com' }])
  await clinic.deliver()
  const bytesOf = async (path: string) => (await (await fetch(clinic.origin + path)).text()).replaceAll(/nonce="[^"]*"/g, 'nonce')
  for (const step of ['', '?step=not-for-me', '?step=done']) {
    const wrong = await bytesOf(`/m/${newSecret()}${step}`)
    expect(await bytesOf(noticeTo('cleo@example.com') + step)).toBe(wrong)
    expect(wrong).not.toContain('/m/')
  }
})
