import { expect, test } from 'vitest'
import { listSenders } from '../../../server/mailbox.ts'
import { notForMe } from '../../../server/not-for-me.ts'
import { openMessage } from '../../../server/reading.ts'
import { reply } from '../../../server/reply.ts'
import { retract } from '../../../server/retraction.ts'
import { folded, keepSearch, keptSearch, searchMessages } from '../../../server/search.ts'
import type { Reader } from '../../../server/sign-in/visitor.ts'
import { longestRowPutInOrder, MARKS } from '../../support/put-in-order.ts'
import { BEN, type Clinic, clinic, instead, onlyMailbox, refusalOf, withoutTrail } from './clinic.ts'

const found = async (of: Clinic, words: string, reader = of.ada) =>
  (await searchMessages(of.parts, reader, words)).lines.map(line => line.subject)

/** The session that this reader is signed in with. */
const sessionBehind = ({ tokenHash, session, person, level, method, signedInAt }: Reader) => ({
  ...{ tokenHash, handle: session, person, level, method },
  ...{ createdAt: signedInAt, signedInAt, lastSeenAt: signedInAt },
})

async function opened(of: Clinic, subject: string, text: string) {
  const id = await of.sends(subject, { message: { text } })
  await openMessage(of.parts, of.ada, id)
  return id
}

test('a message is found by its subject, its sender and what was opened of it, whatever the accents and capitals', async () => {
  const of = await clinic()
  await of.sends('Su RESUMÉ médico', { message: { from: { name: 'Dra. Núñez' } } })
  await opened(of, 'Plan', 'Walk to the Straße\nevery day.')
  expect(await found(of, 'resume MEDICO')).toEqual(['Su RESUMÉ médico'])
  expect(await found(of, 'nunez')).toEqual(['Su RESUMÉ médico'])
  expect(await found(of, 'STRASSE day')).toEqual(['Plan'])
  expect(await found(of, 'stra')).toEqual(['Plan'])
  expect(await found(of, 'walk resume')).toEqual([])
})

test('the text of an unopened message is neither searched nor read, and searching opens nothing', async () => {
  const of = await clinic()
  const id = await of.sends('Result', { message: { text: 'The canary sings.' } })
  const read: string[] = []
  const store: typeof of.store = {
    ...of.store,
    read: work =>
      of.store.read(tx =>
        work(
          instead(tx, {
            messages: {
              ...tx.messages,
              texts: all => {
                read.push(...all.map(message => message.id))
                return tx.messages.texts(all)
              },
            },
          }),
        ),
      ),
  }
  expect((await searchMessages({ ...of.parts, store }, of.ada, 'canary')).lines).toEqual([])
  expect(read).toEqual([])
  expect(await of.message(id)).toMatchObject({ state: 'waiting', revision: 1 })
  expect(await of.stagesOf(id)).toEqual([])
  await openMessage(of.parts, of.ada, id)
  expect((await searchMessages({ ...of.parts, store }, of.ada, 'canary')).lines).toMatchObject([{ id }])
})

test('what waits for its sender’s check is left out, until the person is confirmed', async () => {
  const of = await clinic()
  await of.sends('Result', { activation: { kind: 'code', answer: '7431-2209' }, message: { from: { name: 'Dr. Cole' } } })
  for (const words of ['result', 'cole', 'north clinic']) expect(await found(of, words)).toEqual([])
  await of.store.transaction(tx => tx.recipients.confirm(of.ada.person.id, of.clock.read()))
  expect(await found(of, 'result')).toEqual(['Result'])
})

test('what may no longer be read is found by no word of its subject or text', async () => {
  const of = await clinic()
  const late = await opened(of, 'Late plan', 'The canary sings.')
  const [back] = await of.deposits({ message: { subject: 'Back plan', text: 'The canary sings.' } })
  await openMessage(of.parts, of.ada, back!.id)
  await notForMe(of.parts, of.ada, await opened(of, 'Hidden plan', 'The canary sings.'), { knowsThem: true, mayContact: true })
  await retract(of.parts, { staff: of.north.drCole }, back!.deposit, { reason: 'other', tellRecipient: true })
  of.clock.set((await of.message(late)).expiresAt)
  for (const words of ['plan', 'canary']) expect(await found(of, words)).toEqual([])
})

test('their own answers are found, and nothing of what they answered that was taken back', async () => {
  const of = await clinic()
  const [one] = await of.deposits()
  await openMessage(of.parts, of.ada, one!.id)
  await reply(of.parts, of.ada, one!.id, { text: 'Thank you, doctor', files: [] })
  expect(await found(of, 'doctor')).toEqual(['Re: Result'])
  await retract(of.parts, { staff: of.north.drCole }, one!.deposit, { reason: 'other', tellRecipient: true })
  expect(await found(of, 'doctor')).toEqual(['Re: …'])
  expect(await found(of, 'result')).toEqual([])
})

test('each search is in the trail before anything is read, without the words; if it cannot be written nothing is found', async () => {
  const of = await clinic()
  await opened(of, 'Result', 'The canary sings.')
  await found(of, 'canary')
  const [entry, ...more] = await of.entriesOf(of.ada.person.id)
  expect(more).toEqual([])
  expect(entry).toMatchObject({ action: 'mailbox.searched', actor: { id: of.ada.person.id }, level: 'full', revision: null })
  expect(JSON.stringify(entry)).not.toContain('canary')
  const dark = { ...of.parts, store: withoutTrail(of.store) }
  await expect(searchMessages(dark, of.ada, 'canary')).rejects.toThrow('no space left')
})

test.each(['', ' \n ', 'x'.repeat(101), 'a b c d e f g h i', '\u0301'])(
  '%j is not searched for, and leaves no trace',
  async words => {
    const of = await clinic()
    expect(await refusalOf(searchMessages(of.parts, of.ada, words))).toMatchObject({
      code: 'invalid',
      fields: [{ field: 'words' }],
    })
    expect(await of.entryCount()).toBe(0)
  },
)

test('what was looked for stays with the session, and is looked for again as often as its page is asked for', async () => {
  const of = await clinic()
  await of.store.transaction(tx => tx.signIn.sessions.add(sessionBehind(of.ada)))
  expect(await keptSearch(of.parts, of.ada)).toBeNull()
  expect(await refusalOf(keepSearch(of.parts, of.ada, ' '))).toMatchObject({ code: 'invalid', fields: [{ field: 'words' }] })
  await keepSearch(of.parts, of.ada, 'Result')
  expect(await keptSearch(of.parts, of.ada)).toMatchObject({ words: 'Result', found: { lines: [] } })
  await of.sends('Result')
  expect(await keptSearch(of.parts, of.ada)).toMatchObject({ found: { lines: [{ subject: 'Result' }] } })
  expect(await keptSearch(of.parts, { ...of.ada, tokenHash: 'of another session' })).toBeNull()
  expect((await of.entriesOf(of.ada.person.id)).map(({ action }) => action)).toEqual(['mailbox.searched', 'mailbox.searched'])
})

test('nobody searches another’s mailbox, with half a sign-in, or as staff', async () => {
  const of = await clinic()
  await of.sends('Result', { to: [BEN] })
  expect(await found(of, 'result')).toEqual([])
  expect(await found(of, 'result', of.ben)).toEqual(['Result'])
  expect(await refusalOf(searchMessages(of.parts, onlyMailbox(of.ada), 'x'))).toMatchObject({ code: 'sign_in_required' })
  expect(await refusalOf(searchMessages(of.parts, of.north.drCole, 'x'))).toMatchObject({ code: 'forbidden' })
  expect(await refusalOf(listSenders(of.parts, onlyMailbox(of.ada)))).toMatchObject({ code: 'sign_in_required' })
  expect(await refusalOf(listSenders(of.parts, of.north.drCole))).toMatchObject({ code: 'forbidden' })
})

test('at most fifty are shown, and it is said that there is more', async () => {
  const of = await clinic()
  for (let i = 0; i < 52; i++) await of.sends(`Plan ${i}`)
  const { lines, isMore } = await searchMessages(of.parts, of.ada, 'plan')
  expect(lines).toHaveLength(50)
  expect(lines[0]).toMatchObject({ subject: 'Plan 51' })
  expect(isMore).toBe(true)
  expect(await searchMessages(of.parts, of.ada, 'plan 51')).toMatchObject({ isMore: false, looked: 52 })
})

test('a letter of nothing but marks is not put in order', async () => {
  expect(await longestRowPutInOrder(() => folded(`plan ${MARKS.repeat(100)} plan`))).toBe(0)
})

test('of letters that grow many times when they are folded, no more are folded than are looked through', async () => {
  const of = await clinic()
  for (const subject of ['One', 'Two', 'Three']) await opened(of, subject, '\ufdfa'.repeat(66_000))
  expect(await searchMessages(of.parts, of.ada, 'nothing')).toEqual({ lines: [], looked: 2, isMore: true })
})

test('letters are folded alike, however they were written', () => {
  for (const [word, plain] of [
    ['É\u0301', 'e'],
    ['İstanbul ısı', 'istanbul isi'],
    ['ÆRØ Łódź ﬁn', 'aero lodz fin'],
    ['a\u00a0\u2028b', 'a b'],
  ] as const)
    expect(folded(word)).toBe(plain)
})

test('who has written is told as the list shows them, each with one of their messages', async () => {
  const of = await clinic()
  const first = await of.sends('One', { message: { from: { name: 'Dr. Cole' } } })
  await of.sends('Checked', {
    activation: { kind: 'code', answer: '7431-2209' },
    message: { from: { name: 'Dr. Moss, Oncology' } },
  })
  const last = await of.sends('Two', { message: { from: { name: 'Dr. Cole' } } })
  await openMessage(of.parts, of.ada, first)
  await reply(of.parts, of.ada, first, { text: 'Thank you', files: [] })
  const senders = await listSenders(of.parts, of.ada)
  expect(senders).toMatchObject([
    { name: 'Dr. Cole', message: last, messages: 2 },
    { name: 'North Clinic', messages: 1 },
  ])
})
