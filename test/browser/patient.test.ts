import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { en } from '../../app/language/en.ts'
import { filesIn, found, searched } from '../support/canaries.ts'
import { totpCode } from '../support/clinic.ts'
import { storyScreens, type Walk, walk } from '../support/walk.ts'
import { ADA, BEN, type Deposited, type ServedClinic, servedClinic } from './clinic.ts'
import { choosesApp, choosesPaper, choosesPasskey, keepsCodes, provesMailbox, signsOut, typesPassphrase } from './signing-in.ts'

const RESULT = {
  subject: 'Your visit on Monday',
  text: 'Dear Ms. Lopez,\n\nplease bring your card.',
  html: '<p>Dear Ms. Lopez,</p><p>please <b>bring your card</b>.</p>',
  attachments: [{ name: 'plan.txt', type: 'text/plain', data: Buffer.from('Walk every day.').toString('base64') }],
}
const CODE = '7431-2209'
const WITH_CODE = { recipients: [{ ...ADA, activation: { code: CODE } }] }

let clinic: ServedClinic

async function opens(ada: Walk): Promise<void> {
  await ada.arrives(en.envelope.title)
  await ada.press(en.envelope.open)
  await ada.arrives(RESULT.subject)
}

async function downloads(ada: Walk, file: string): Promise<string> {
  const arriving = ada.page.waitForEvent('download')
  await ada.press(`${en.message.download} ${file}`)
  const download = await arriving
  expect(download.suggestedFilename()).toBe(file)
  return readFile(await download.path(), 'utf8')
}

async function replies(ada: Walk, text: string): Promise<void> {
  await ada.follow(en.message.reply)
  await ada.arrives(en.reply.title)
  await ada.type(en.reply.label, text)
  const file = { name: 'diary.txt', mimeType: 'text/plain', buffer: Buffer.from('Monday: well.') }
  await ada.page.getByLabel(en.reply.files).setInputFiles(file)
  await ada.press(en.reply.check)
  await ada.arrives(en.check.title)
  await ada.press(en.check.send)
  await ada.arrives(en.sent.title)
}

const RESULT_WORDS = {
  subject: RESULT.subject,
  text: 'please bring your card',
  fileName: 'plan.txt',
  file: 'Walk every day.',
  answerFileName: 'diary.txt',
  name: ADA.name,
  address: ADA.email,
  sender: 'cole@example.com',
  check: CODE,
}

/** Neither what was read nor what let the reader in lies in the database, in any other file, or in what the program told at debug level. */
async function leftNoTrace(words: Record<string, string>): Promise<void> {
  const places = [...(await filesIn(clinic.server.dataDirectory)), searched('log', Buffer.from(clinic.server.output()))]
  expect(places.map(({ name }) => name)).toEqual(expect.arrayContaining(['portal.db', 'portal.db-wal', 'checkpoints.txt', 'log']))
  expect(clinic.server.output()).toContain('outbox.letter')
  expect(found(words, places)).toEqual([])
}

const stagesOf = async (deposit: Deposited): Promise<string[]> =>
  (await clinic.api<Deposited>('GET', `/deposits/${deposit.id}`)).messages[0]!.receipts.map(({ stage }) => stage)

describe.each(storyScreens)('on a %s, with a passkey', screen => {
  beforeAll(async () => {
    clinic = await servedClinic({ LOG_LEVEL: 'debug' })
  })

  test('from the notice to the reply, and back in with the passkey', { timeout: 120_000 }, async () => {
    const deposit = await clinic.deposit(RESULT, WITH_CODE)
    const ada = await walk(clinic.server.origin, { screen, story: 'patient-passkey' })

    await provesMailbox(ada, clinic, { activation: CODE })
    expect(await stagesOf(deposit)).toEqual(['noticed'])
    await choosesPasskey(ada)
    // From its notice, to the message itself.
    await opens(ada)
    await ada.reads('please bring your card')
    expect(await downloads(ada, 'plan.txt')).toBe('Walk every day.')
    await ada.follow(en.message.formatted)
    await ada.page.frameLocator('iframe').getByText('bring your card').waitFor()
    await ada.arrives(RESULT.subject)
    await replies(ada, 'Thank you. I will bring it.')
    expect(await stagesOf(deposit)).toEqual(['noticed', 'signed_in', 'opened', 'attachment_fetched', 'replied'])

    const { replies: answers } = await clinic.api<{ replies: { id: string }[] }>('GET', '/replies')
    const answer = await clinic.api<{ message: { text: string; attachments: { data: string }[] } }>(
      'GET',
      `/replies/${answers[0]!.id}`,
    )
    expect(JSON.stringify(answer)).toContain('Thank you. I will bring it.')

    await ada.follow(en.sent.message)
    await ada.arrives(RESULT.subject)
    const read = ada.page.url()
    await signsOut(ada)
    await ada.page.goBack()
    await ada.page.waitForLoadState()
    expect(await ada.page.content()).not.toContain('bring your card')
    await ada.goTo(read)
    await ada.arrives(en.signIn.title)

    await ada.press(en.passkey.use)
    await ada.arrives(RESULT.subject)
    expect(ada.complaints).toEqual([])
    const session = (await ada.page.context().cookies()).find(({ name }) => name === '__Host-session')!.value
    await leftNoTrace({ ...RESULT_WORDS, session, answer: 'Thank you. I will bring it.' })
  })
})

describe.each(storyScreens)('on a %s, without scripts', screen => {
  beforeAll(async () => {
    clinic = await servedClinic()
  })

  test('with a passphrase and an app', { timeout: 120_000 }, async () => {
    const deposit = await clinic.deposit(RESULT, WITH_CODE)
    const ada = await walk(clinic.server.origin, { screen, story: 'patient-app', javaScriptEnabled: false })
    await provesMailbox(ada, clinic, { activation: CODE })
    const key = await choosesApp(ada)
    await keepsCodes(ada)
    await opens(ada)
    expect(await downloads(ada, 'plan.txt')).toBe('Walk every day.')
    await replies(ada, 'Thank you.')
    expect(await stagesOf(deposit)).toContain('replied')
    await signsOut(ada)

    await typesPassphrase(ada)
    await ada.type(en.appCode.label, await totpCode(key, Date.now()))
    await ada.press(en.goOn)
    await ada.arrives(en.messages.title)
    await signsOut(ada)
  })

  test('with a passphrase and printed codes, each of them once', { timeout: 120_000 }, async () => {
    await clinic.deposit(RESULT, { recipients: [BEN] })
    const reader = await walk(clinic.server.origin, { screen, story: 'patient-paper', javaScriptEnabled: false })
    await provesMailbox(reader, clinic, { address: BEN.email })
    const codes = await choosesPaper(reader)
    await reader.arrives(en.envelope.title)
    await signsOut(reader)

    await typesPassphrase(reader, BEN.email, en.printedCode.title)
    await reader.type(en.printedCode.label, codes[0]!)
    await reader.press(en.goOn)
    await reader.arrives(en.messages.title)
    await reader.follow(new RegExp(RESULT.subject))
    await opens(reader)
    await signsOut(reader)

    await typesPassphrase(reader, BEN.email, en.printedCode.title)
    await reader.type(en.printedCode.label, codes[0]!)
    await reader.press(en.goOn)
    await reader.reads(en.problem.title)
    await reader.arrives(en.printedCode.title)
  })
})
