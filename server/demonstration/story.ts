import type { Portal } from '../portal.ts'
import type { Reader } from '../sign-in/visitor.ts'
import { days, hours, type Instant, minutes } from '../time.ts'
import { type PatientPlayer, requestOf, type StaffPlayer, type Stage } from './stage.ts'

export const LONGEST_AGO = days(40)

/** What Ben Okafor was told at the desk. */
export const BENS_CODE = '7431-2209'

const ADA = { name: 'Ada Lopez', email: 'ada@example.com' }
const BEN = { name: 'Ben Okafor', email: 'ben@example.com' }

export interface Cast {
  cole: StaffPlayer
  ito: StaffPlayer
  reyes: StaffPlayer
  ada: PatientPlayer
}

/**
 * Forty days at North Clinic, told through the portal's own use cases, so that there is a message in every state: expired, replied,
 * opened, retracted and, at the end, waiting. The notices of what waits are left in the outbox: they are the first mail one sees.
 *
 * @param now - when the story ends; everything in it happened before.
 */
export async function playStory(stage: Stage, now: Instant): Promise<Cast> {
  const cole = await stage.joins('Dr. Cole', 'cole@north.example.com', 'provider')
  const ito = await stage.joins('Nurse Ito', 'ito@north.example.com', 'provider')
  const reyes = await stage.joins('Pat Reyes', 'reyes@north.example.com', 'compliance')
  await expiresUnread(stage, now)
  const ada = await isRepliedTo(stage, now, cole)
  await isOpened(stage, now, ada)
  await isRetracted(stage, now, ito)
  await wait(stage, now, cole)
  return { cole, ito, reyes, ada }
}

async function expiresUnread(stage: Stage, now: Instant): Promise<void> {
  await stage.at(now - days(39))
  await stage.deposits({
    to: { ...BEN, activationCode: BENS_CODE },
    from: 'Front desk',
    subject: 'Before your first visit',
    text: 'Dear Ben,\n\nplease bring a list of what you take, and come ten minutes early.\n\nYour front desk',
    expiresAt: now - days(10),
  })
  await stage.deliver()
}

async function isRepliedTo(stage: Stage, now: Instant, cole: StaffPlayer): Promise<PatientPlayer> {
  await stage.at(now - days(20))
  const portal = await stage.at(now - days(20))
  const letter = {
    to: ADA,
    from: 'Dr. Cole',
    subject: 'Your blood test',
    text: RESULT,
    attachments: [sheet('blood-test.txt', FIGURES)],
  }
  await portal.composeDeposit(await cole.signsIn(), requestOf(letter))
  await stage.deliver()

  await stage.at(now - days(20) + hours(5))
  const ada = await stage.enrols(ADA.name, ADA.email)
  const reader = await ada.signsIn()
  await stage.at(now - days(20) + hours(5) + minutes(1))
  const message = await opens(portal, reader, 'Your blood test')
  await stage.at(now - days(20) + hours(5) + minutes(6))
  const view = await portal.viewMessage(reader, message)
  const attachment = view.kind === 'message' ? view.body.attachments[0] : undefined
  if (attachment !== undefined) for await (const _ of (await portal.fetchAttachment(reader, message, attachment.id)).content);
  await portal.reply(reader, message, { text: 'Thank you! May I go on with the tablets until then?\n\nAda', files: [] })
  await portal.signOut(reader)
  await stage.deliver()
  return ada
}

async function isOpened(stage: Stage, now: Instant, ada: PatientPlayer): Promise<void> {
  await stage.at(now - days(9))
  await stage.deposits({
    to: ADA,
    from: 'North Clinic pharmacy',
    subject: 'Your medicine plan',
    text: 'Dear Ada,\n\nmorning: one white tablet.\nevening: one white tablet, with food.\n\nYour pharmacy',
    html: '<p>Dear Ada,</p><ul><li>morning: <b>one</b> white tablet</li><li>evening: <b>one</b> white tablet, with food</li></ul><p>Your pharmacy</p>',
  })
  await stage.deliver()
  const portal = await stage.at(now - days(8))
  const reader = await ada.signsIn()
  await stage.at(now - days(8) + minutes(1))
  await opens(portal, reader, 'Your medicine plan')
  await portal.signOut(reader)
}

async function isRetracted(stage: Stage, now: Instant, ito: StaffPlayer): Promise<void> {
  const portal = await stage.at(now - days(4))
  const mistaken = {
    to: ADA,
    from: 'Nurse Ito',
    subject: 'Your appointment in May',
    text: 'Dear Ms. Lopes,\n\nsee you on 4 May.\n\nNurse Ito',
  }
  const { id } = await portal.composeDeposit(await ito.signsIn(), requestOf(mistaken))
  await stage.deliver()
  await stage.at(now - days(4) + minutes(30))
  const staff = await ito.signsIn()
  await portal.retractionEvidence({ staff }, id)
  await portal.retract({ staff }, id, { reason: 'wrong_recipient', tellRecipient: true })
  await portal.expireDue()
  await stage.deliver()
}

async function wait(stage: Stage, now: Instant, cole: StaffPlayer): Promise<void> {
  const portal = await stage.at(now - hours(3))
  await stage.deposits({
    to: ADA,
    from: 'Dr. Cole',
    subject: 'Your visit on Friday',
    text: 'Dear Ada,\n\nplease eat nothing after midnight before you come. Water is fine.\n\nThe way to us is in the file.\n\nDr. Cole',
    attachments: [sheet('the-way-to-us.txt', 'Bus 7 to North Gate, then the green door on the left.\n')],
  })
  await stage.at(now - hours(2))
  const question = {
    from: 'Dr. Cole',
    subject: 'A question before your visit',
    text: 'Dear Ben,\n\nwhich of the two mornings suits you?\n\nDr. Cole',
  }
  await portal.composeDeposit(await cole.signsIn(), requestOf({ ...question, to: { ...BEN, activationCode: BENS_CODE } }))
}

async function opens(portal: Portal, reader: Reader, subject: string): Promise<string> {
  const { lines } = await portal.listMessages(reader, { limit: 50 })
  const line = lines.find(each => each.subject === subject)
  if (line === undefined) throw new Error('A message of the demonstration did not arrive.')
  await portal.openMessage(reader, line.id)
  return line.id
}

const sheet = (name: string, words: string) => ({ name, type: 'text/plain', bytes: new TextEncoder().encode(words) })

const RESULT =
  'Dear Ada,\n\nyour blood test looks good. Let us look at it again in three months.\n\nThe figures are in the file.\n\nDr. Cole'
const FIGURES = 'Hemoglobin    13.4 g/dL   (12.0 to 15.5)\nIron          88 ug/dL    (60 to 170)\n'
