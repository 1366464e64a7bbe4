import { beforeAll, describe, expect, test } from 'vitest'
import { en } from '../../app/language/en.ts'
import { staffWords } from '../../app/language/staff.ts'
import { totpCode } from '../support/clinic.ts'
import { storyScreens, type Walk, walk } from '../support/walk.ts'
import { ADA, type ServedClinic, servedClinic } from './clinic.ts'
import { choosesApp, choosesPasskey, provesMailbox, signsOut, typesPassphrase } from './signing-in.ts'

const words = staffWords
const SUBJECT = 'Your new plan'
const CODE = '7431-2209'

let clinic: ServedClinic

async function joins(drCole: Walk, name: string): Promise<string> {
  await drCole.goTo(await clinic.invitation(name, 'provider'))
  await drCole.arrives(en.invitation.title)
  await drCole.press(en.invitation.accept)
  await drCole.arrives(en.enrol.title)
  const key = await choosesApp(drCole)
  await drCole.arrives(en.second.title)
  await drCole.follow(en.second.later)
  await drCole.arrives(words.sent.title)
  return key
}

async function sends(drCole: Walk, subject: string): Promise<void> {
  await drCole.follow(en.nav.compose)
  await drCole.arrives(words.compose.title)
  await drCole.type(words.compose.email, ADA.email)
  await drCole.type(words.compose.name, ADA.name)
  await drCole.page.getByRole('textbox', { name: words.compose.code }).fill(CODE)
  await drCole.type(words.compose.subject, subject)
  await drCole.page.getByRole('textbox', { name: words.compose.text, exact: true }).fill('Walk every day.')
  await drCole.press(words.compose.send)
  await drCole.arrives(subject)
}

async function withdraws(drCole: Walk): Promise<void> {
  await drCole.follow(words.deposit.withdraw)
  await drCole.arrives(words.withdraw.title)
  await drCole.reads(/^Opened /)
  await drCole.reads(words.withdraw.breach)
  await drCole.page.getByLabel(words.withdraw.reasons.wrong_content).check()
  await drCole.press(words.withdraw.go)
  await drCole.reads(words.deposit.withdrawn)
}

describe.each(storyScreens)('on a %s', screen => {
  beforeAll(async () => {
    clinic = await servedClinic()
  })

  test('a provider sends, sees who read it, reads the answer, and takes it back', { timeout: 180_000 }, async () => {
    const drCole = await walk(clinic.server.origin, { screen, story: 'provider', javaScriptEnabled: false })
    const ada = await walk(clinic.server.origin, { screen, story: 'patient-of-provider' })
    const key = await joins(drCole, 'Dr. Cole')
    await sends(drCole, SUBJECT)
    const sent = drCole.page.url()

    await provesMailbox(ada, clinic, { activation: CODE })
    await choosesPasskey(ada)
    await ada.press(en.envelope.open)
    await ada.arrives(SUBJECT)
    const read = ada.page.url()
    await ada.follow(en.message.reply)
    await ada.type(en.reply.label, 'May I swim too?')
    await ada.press(en.reply.check)
    await ada.arrives(en.check.title)
    await ada.press(en.check.send)
    await ada.arrives(en.sent.title)

    await drCole.goTo(sent)
    await drCole.reads(words.stages.signed_in)
    await drCole.reads(words.stages.opened)
    await drCole.reads(words.stages.replied)
    await drCole.follow(en.nav.replies)
    await drCole.arrives(words.replies.title)
    await drCole.follow(new RegExp(SUBJECT))
    await drCole.arrives(words.reply.envelope)
    expect(await drCole.page.content()).not.toContain('May I swim too?')
    await drCole.press(words.reply.open)
    await drCole.arrives(new RegExp(SUBJECT))
    await drCole.reads('May I swim too?')
    await drCole.type(words.reply.answerLabel, 'Yes, please do.')
    await drCole.press(words.reply.send)
    await drCole.reads(words.reply.done)

    await drCole.goTo(sent)
    await withdraws(drCole)
    await ada.goTo(read)
    await ada.arrives(en.withdrawn.title)
    expect(await ada.page.content()).not.toContain(SUBJECT)
    expect(await ada.page.content()).not.toContain('Walk every day.')

    await signsOut(drCole)
    await typesPassphrase(drCole, 'dr.cole@example.com')
    await drCole.type(en.appCode.label, await totpCode(key, Date.now()))
    await drCole.press(en.goOn)
    await drCole.arrives(words.sent.title)
    await drCole.reads(words.progress.withdrawn)
    expect([...drCole.complaints, ...ada.complaints]).toEqual([])
  })
})
