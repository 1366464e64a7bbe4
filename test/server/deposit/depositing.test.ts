import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { committedText } from '../../../server/deposit-content.ts'
import { composeDeposit } from '../../../server/depositing.ts'
import { newSecret } from '../../../server/ids.ts'
import { hours } from '../../../server/time.ts'
import { commitmentHolds, decodeEntry } from '../../../server/trail/entry.ts'
import { clinicIn, depositRequest, textFile } from '../../support/clinic.ts'
import { locatorIn } from '../../support/mailbox.ts'
import { clinicPortal } from '../../support/people.ts'
import { testPortal } from '../../support/portal.ts'
import { ADA, BEN, place, request } from './depositing.ts'

describe('a deposit', () => {
  test('makes one message for each recipient, with a notice and entries in the trail', async () => {
    const clinic = await clinicPortal()
    const { answer } = await place(clinic, request({ ...depositRequest('Result', [ADA, BEN]), reference: 'LAB-1' }))
    const told = JSON.parse(answer)
    expect(told).toMatchObject({
      reference: 'LAB-1',
      messages: [
        { recipient: 'ada@example.com', state: 'waiting', expiresAt: '2026-01-31T00:00:00.000Z', receipts: [] },
        { recipient: 'ben@example.com', state: 'waiting', receipts: [] },
      ],
    })
    await clinic.deliver()
    expect(clinic.mailbox.mails.map(mail => mail.to).sort()).toEqual(['ada@example.com', 'ben@example.com'])
    const actions = await clinic.parts.store.read(async tx => (await tx.trail.entries(0, 100)).map(row => row.action))
    expect(actions.filter(action => action === 'message.deposited')).toHaveLength(2)
    expect(actions.filter(action => action === 'recipient.added')).toHaveLength(2)
    expect(actions.filter(action => action === 'notice.queued')).toHaveLength(2)
  })

  test('binds the trail to its content, and the salt is kept with the message', async () => {
    const clinic = await clinicPortal()
    const { answer } = await place(clinic, request({}, { attachments: [textFile('note.txt', 'Take one.')] }))
    const id = JSON.parse(answer).messages[0].id as string
    await clinic.parts.store.read(async tx => {
      const message = (await tx.messages.find(id))!
      const { commitmentSalt, ...content } = await tx.messages.content(message)
      const entry = (await tx.trail.entries(0, 100)).find(row => row.action === 'message.deposited')!
      const digest = createHash('sha256').update('Take one.').digest('base64url')
      const text = committedText(content, [{ name: 'note.txt', type: 'text/plain', digest }])
      const bound = decodeEntry(entry.bytes).commitments!.content!
      expect(commitmentHolds(bound, Buffer.from(commitmentSalt!, 'base64url'), text)).toBe(true)
      expect(commitmentHolds(bound, Buffer.from(commitmentSalt!, 'base64url'), text.replace('fine', 'bad'))).toBe(false)
    })
  })

  test('finds who has had a message here before, however the address is written', async () => {
    const clinic = await clinicPortal()
    await place(clinic, request(), 'one')
    await place(clinic, depositRequest('Again', [{ name: 'A. Lopez', address: ' ADA@Example.com ' }]), 'two')
    const recipients = await clinic.parts.store.read(tx => tx.recipients.findByAddress('ada@example.com'))
    expect(recipients).toMatchObject([{ name: 'Ada Lopez' }])
  })

  test('shows the name of the client where the sender gives none, and is the same person in no other clinic', async () => {
    const portal = await testPortal()
    const [north, south] = [await clinicIn(portal), await clinicIn(portal, 'South Clinic')]
    await place(north, request({}, { from: null }))
    const lines = await north.patient('Ada Lopez', 'ada@example.com').sees()
    expect(lines.map(line => line.from)).toEqual(['Records'])
    await place(south, request({}, { from: null }))
    const recipients = await portal.parts.store.read(tx => tx.recipients.findByAddress('ada@example.com'))
    expect(new Set(recipients.map(recipient => recipient.organization))).toEqual(
      new Set([north.organization.id, south.organization.id]),
    )
  })

  test('keeps HTML only as far as it is harmless', async () => {
    const clinic = await clinicPortal()
    const ada = clinic.patient('Ada Lopez', 'ada@example.com')
    await place(clinic, request({}, { html: '<p onclick="x()">Fine.<script>x()</script></p>' }))
    expect((await ada.opens('Result')).body.html).toBe('<p>Fine.</p>')
  })

  test('may hold 20 MB of attachments, which come out as they went in', async () => {
    const clinic = await clinicPortal()
    const ada = clinic.patient('Ada Lopez', 'ada@example.com')
    const bytes = Buffer.alloc(10 * 1024 * 1024, 'a picture, or so ')
    const attachments = ['one.txt', 'two.txt'].map(name => ({ name, type: 'text/plain', bytes }))
    await place(clinic, request({}, { attachments }))
    await ada.opens('Result')
    expect((await ada.fetches('Result', 'two.txt')).equals(bytes)).toBe(true)
    await expect(
      place(clinic, request({}, { attachments: [...attachments, textFile('three.txt', 'x')] }), 'other'),
    ).rejects.toMatchObject({
      code: 'too_large',
    })
  })

  test('goes on a thread only among the people who are in it, of this clinic', async () => {
    const portal = await testPortal()
    const [north, south] = [await clinicIn(portal), await clinicIn(portal, 'South Clinic')]
    const { thread } = JSON.parse((await place(north, request())).answer)
    const more = JSON.parse((await place(north, request({ thread }), 'two')).answer)
    expect(more.thread).toBe(thread)
    for (const [clinic, asked] of [
      [north, { ...depositRequest('Result', [BEN]), thread }],
      [north, { ...depositRequest('Result', [ADA, BEN]), thread }],
      [north, request({ thread: 'thr_0000000000' })],
      [south, request({ thread })],
    ] as const) {
      await expect(place(clinic, asked, 'three')).rejects.toMatchObject({ code: 'invalid', fields: [{ field: '/thread' }] })
    }
  })

  test('made by hand is a provider’s, and shows their name', async () => {
    const clinic = await clinicPortal()
    const ada = clinic.patient('Ada Lopez', 'ada@example.com')
    const drCole = await clinic.staff('Dr. Cole', 'provider')
    const { id } = await clinic.portal.composeDeposit(drCole, request({}, { from: null }))
    expect((await clinic.portal.depositState({ staff: drCole }, id)).messages).toHaveLength(1)
    expect((await ada.opens('Result')).frame.from).toBe('Dr. Cole')
    const officer = await clinic.staff('Kim Park', 'compliance')
    await expect(composeDeposit(clinic.parts, officer, request())).rejects.toMatchObject({ code: 'forbidden' })
    await expect(clinic.portal.depositState({ staff: officer }, id)).rejects.toMatchObject({ code: 'forbidden' })
  })

  test('made by hand with one form, sent five times at once, is one deposit; with other words it is refused', async () => {
    const clinic = await clinicPortal()
    const [drCole, drReed] = [await clinic.staff('Dr. Cole', 'provider'), await clinic.staff('Dr. Reed', 'provider')]
    const form = { formId: newSecret() }
    const asked = request({}, { attachments: [textFile('plan.txt', 'Walk.')] })
    const send = () => clinic.portal.composeDeposit(drCole, asked, form)
    const sent = [...(await Promise.all(Array.from({ length: 5 }, send))), await send()]
    expect(new Set(sent.map(({ id }) => id)).size).toBe(1)
    expect(await clinic.portal.listDeposits({ staff: drCole }, { limit: 9 })).toHaveLength(1)
    await clinic.deliver()
    expect(clinic.mailbox.lettersTo('ada@example.com')).toHaveLength(1)
    const other = request({}, { attachments: [textFile('plan.txt', 'Run.')] })
    await expect(clinic.portal.composeDeposit(drCole, other, form)).rejects.toMatchObject({ code: 'idempotency_key_reused' })
    expect((await clinic.portal.composeDeposit(drReed, asked, form)).id).not.toBe(sent[0]!.id)
  })

  test('needs the scope', async () => {
    const clinic = await clinicPortal()
    const reading = { ...clinic.gateway, scopes: ['read' as const] }
    await expect(clinic.portal.deposit(reading, request(), { key: 'k', bodyHash: 'b' })).rejects.toMatchObject({
      code: 'forbidden',
    })
  })
})

describe('the notice', () => {
  test('leads to the message, names nobody, and names the organization only where that is allowed', async () => {
    const clinic = await clinicPortal()
    const { answer } = await place(clinic, request({}, { attachments: [textFile('secret.txt', 'x')] }))
    await clinic.deliver()
    const notice = clinic.mailbox.letterTo('ada@example.com')
    const found = await clinic.parts.store.read(tx => tx.messages.findByLocator(locatorIn(notice)))
    expect(found?.id).toBe(JSON.parse(answer).messages[0].id)
    for (const secret of ['Ada', 'Lopez', 'Result', 'fine', 'Cole', 'secret']) {
      expect(`${notice.subject} ${notice.text} ${notice.html}`).not.toContain(secret)
    }
  })

  test('is sent again with the same link while the message waits, and not beside one that has not left', async () => {
    const clinic = await clinicPortal()
    const { id } = await place(clinic, request())
    expect(await clinic.portal.resendNotices({ client: clinic.gateway }, id)).toBe(0)
    await clinic.deliver()
    clinic.clock.advance(hours(30))
    expect(await clinic.portal.resendNotices({ client: clinic.gateway }, id)).toBe(1)
    await clinic.deliver()
    const [first, second] = clinic.mailbox.lettersTo('ada@example.com')
    expect(locatorIn(second!)).toBe(locatorIn(first!))
    await clinic.patient('Ada Lopez', 'ada@example.com').opens('Result')
    expect(await clinic.portal.resendNotices({ client: clinic.gateway }, id)).toBe(0)
  })
})
