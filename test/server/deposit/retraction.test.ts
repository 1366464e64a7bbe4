import { describe, expect, test } from 'vitest'
import type { Asking } from '../../../server/asking.ts'
import { mayRetract } from '../../../server/retraction.ts'
import type { RetractionOrder } from '../../../server/retraction-order.ts'
import { days, minutes } from '../../../server/time.ts'
import { decodeEntry } from '../../../server/trail/entry.ts'
import { type Clinic, depositRequest, textFile } from '../../support/clinic.ts'
import { clinicPortal, portalWithOneMessage } from '../../support/people.ts'
import { NEW_YEAR } from '../../support/storage.ts'

const asGateway = ({ gateway }: Clinic): Asking => ({ client: gateway })

const entriesOf = (clinic: Clinic, object: string) =>
  clinic.parts.store.read(async tx =>
    (await tx.trail.entries(0, 1_000)).map(row => decodeEntry(row.bytes)).filter(entry => entry.object === object),
  )

test.each([
  ['waiting', true],
  ['opened', true],
  ['expired', true],
  ['retracted', false],
  ['disposed', false],
] as const)('a message that is %s can be taken back: %s', (state, may) => expect(mayRetract({ state })).toBe(may))

describe('the evidence', () => {
  test('says what was seen, and that it was looked at', async () => {
    const clinic = await portalWithOneMessage({ attachments: [textFile('curve.txt', 'x')] })
    const { ada, deposit } = clinic
    expect(await clinic.portal.retractionEvidence(asGateway(clinic), deposit.id)).toMatchObject([
      { recipient: 'ada.lopez@example.com', state: 'waiting', wasOpened: false, openedAt: null, attachmentsFetched: [] },
    ])
    await ada.opens('Result')
    await ada.fetches('Result', 'curve.txt')
    const [evidence] = await clinic.portal.retractionEvidence(asGateway(clinic), deposit.id)
    expect(evidence).toMatchObject({
      state: 'opened',
      wasOpened: true,
      openedAt: NEW_YEAR + minutes(1),
      attachmentsFetched: ['curve.txt'],
    })
    expect(evidence!.signedInAt).not.toBeNull()
    expect((await entriesOf(clinic, deposit.id)).map(entry => entry.action)).toEqual([
      'deposit.evidence_viewed',
      'deposit.evidence_viewed',
    ])
  })
})

describe('taking back', () => {
  test('an unread message: it is gone for the reader, its notice is not sent, the trail tells', async () => {
    const clinic = await clinicPortal()
    const ada = clinic.patient('Ada Lopez')
    const { id, messages } = await clinic.deposits('Result', [ada])
    const order = { reason: 'wrong_recipient', note: 'Meant for Ada Loper' } as const
    const [result] = await clinic.portal.retract(asGateway(clinic), id, order)
    expect(result).toEqual({ id: messages[0]!.id, state: 'retracted', wasOpened: false, openedAt: null, attachmentsFetched: [] })
    await clinic.deliver()
    expect(clinic.mailbox.mails).toEqual([])
    const entries = await entriesOf(clinic, messages[0]!.id)
    expect(entries.map(entry => entry.action)).toEqual([
      'message.deposited',
      'notice.queued',
      'message.retracted',
      'notice.cancelled',
    ])
    expect(entries[2]).toMatchObject({ revision: 2, detail: { reason: 'wrong_recipient', wasOpened: false } })
    expect(JSON.stringify(entries)).not.toContain('Loper')
    const [line] = await ada.sees()
    expect(line).toMatchObject({ state: 'retracted', subject: null })
  })

  test('an opened message says that it was seen', async () => {
    const clinic = await portalWithOneMessage()
    await clinic.ada.opens('Result')
    const [result] = await clinic.portal.retract(asGateway(clinic), clinic.deposit.id, { reason: 'wrong_content' })
    expect(result).toMatchObject({ state: 'retracted', wasOpened: true, openedAt: NEW_YEAR + minutes(1) })
    expect(await clinic.ada.sees()).toMatchObject([{ state: 'retracted', subject: null }])
  })

  test('an expired message too: no extension shows it again', async () => {
    const clinic = await portalWithOneMessage()
    clinic.clock.advance(days(31))
    await clinic.portal.expireDue()
    expect(await clinic.portal.retract(asGateway(clinic), clinic.deposit.id, { reason: 'other' })).toMatchObject([
      { state: 'retracted' },
    ])
    const extension = clinic.portal.extendDeposit(asGateway(clinic), clinic.deposit.id, clinic.clock.read() + days(1))
    await expect(extension).rejects.toMatchObject({ code: 'conflict' })
  })

  test('one recipient leaves the others their message', async () => {
    const clinic = await clinicPortal()
    const [ada, ben] = [clinic.patient('Ada Lopez'), clinic.patient('Ben Okoro')]
    const { id, messages } = await clinic.deposits('Result', [ada, ben])
    const bens = messages.find(message => message.recipient === ben.address)!.id
    expect(await clinic.portal.retract(asGateway(clinic), id, { reason: 'duplicate', messages: [bens] })).toHaveLength(1)
    await clinic.deliver()
    expect(clinic.mailbox.mails.map(mail => mail.to)).toEqual([ada.address])
    expect((await ada.opens('Result')).kind).toBe('message')
    expect((await ben.sees())[0]).toMatchObject({ state: 'retracted' })
  })

  test('twice answers the same twice and writes one entry', async () => {
    const clinic = await portalWithOneMessage()
    const take = () => clinic.portal.retract(asGateway(clinic), clinic.deposit.id, { reason: 'other' })
    const first = await take()
    clinic.clock.advance(minutes(5))
    expect(await take()).toEqual(first)
    const entries = await entriesOf(clinic, clinic.deposit.messages[0]!.id)
    expect(entries.filter(entry => entry.action === 'message.retracted')).toHaveLength(1)
  })

  test('without telling leaves nothing in the list', async () => {
    const clinic = await portalWithOneMessage()
    await clinic.portal.retract(asGateway(clinic), clinic.deposit.id, { reason: 'other', tellRecipient: false })
    expect(await clinic.ada.sees()).toEqual([])
  })
})

describe('refused', () => {
  test('what belongs to somebody else, like what is not there', async () => {
    const clinic = await portalWithOneMessage()
    const own = await clinic.portal.composeDeposit(clinic.drCole, depositRequest('Own', [clinic.ada]))
    const foreign: [Asking, string][] = [
      [asGateway(clinic), own.id],
      [{ staff: clinic.drCole }, clinic.deposit.id],
      [asGateway(clinic), 'dep_0000000000'],
      [{ staff: clinic.drCole }, 'dep_0000000000'],
    ]
    const refusals = new Set<string>()
    for (const [asking, id] of foreign) {
      for (const ask of [
        () => clinic.portal.retract(asking, id, { reason: 'other' }),
        () => clinic.portal.retractionEvidence(asking, id),
        () => clinic.portal.depositState(asking, id),
        () => clinic.portal.extendDeposit(asking, id, clinic.clock.read() + days(1)),
        () => clinic.portal.resendNotices(asking, id),
      ]) {
        refusals.add(
          await ask().then(
            () => 'allowed',
            error => `${error.code}: ${error.message}`,
          ),
        )
      }
    }
    expect([...refusals]).toEqual(['not_found: There is no such deposit.'])
  })

  test("another deposit's message", async () => {
    const clinic = await portalWithOneMessage()
    const other = await clinic.deposits('Other', [clinic.ada])
    const order: RetractionOrder = { reason: 'other', messages: [other.messages[0]!.id] }
    await expect(clinic.portal.retract(asGateway(clinic), clinic.deposit.id, order)).rejects.toMatchObject({ code: 'not_found' })
  })

  test('a long note, and control characters in one', async () => {
    const clinic = await portalWithOneMessage()
    for (const note of ['x'.repeat(501), 'a\u0007b', '']) {
      await expect(clinic.portal.retract(asGateway(clinic), clinic.deposit.id, { reason: 'other', note })).rejects.toMatchObject({
        code: 'invalid',
        fields: [{ field: '/note' }],
      })
    }
  })

  test('without the scope, and without a fresh sign-in', async () => {
    const clinic = await portalWithOneMessage()
    const reading: Asking = { client: { ...clinic.gateway, scopes: ['read', 'deposit', 'replies'] } }
    await expect(clinic.portal.retract(reading, clinic.deposit.id, { reason: 'other' })).rejects.toMatchObject({
      code: 'forbidden',
    })
    await expect(clinic.portal.retractionEvidence(reading, clinic.deposit.id)).rejects.toMatchObject({ code: 'forbidden' })
    clinic.clock.advance(minutes(6))
    await expect(clinic.portal.retract({ staff: clinic.drCole }, clinic.deposit.id, { reason: 'other' })).rejects.toMatchObject({
      code: 'fresh_sign_in_required',
    })
  })
})
