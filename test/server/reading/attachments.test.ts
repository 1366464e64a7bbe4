import { expect, test } from 'vitest'
import { fetchAttachment } from '../../../server/attachment.ts'
import { openMessage } from '../../../server/reading.ts'
import { reply } from '../../../server/reply.ts'
import { retract } from '../../../server/retraction.ts'
import { BEN, type Clinic, clinic, onlyMailbox, refusalOf, withoutTrail } from './clinic.ts'

const PLAN = new TextEncoder().encode('Walk for ten minutes, twice a day.')
const file = (name: string, bytes: Uint8Array = PLAN) => ({ name, type: 'text/plain', bytes })

async function withFiles(of: Clinic, more: Parameters<Clinic['deposits']>[0] = {}) {
  const [one] = await of.deposits({ ...more, message: { attachments: [file('plan.txt'), file('more.txt')] } })
  const [first, second] = await of.store.read(tx => tx.attachments.ofMessage(one!.id))
  return { ...one!, first: first!.id, second: second!.id }
}

async function piecesOf(content: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = []
  for await (const piece of content) pieces.push(piece)
  return pieces
}

const bytesOf = async (content: AsyncIterable<Uint8Array>) => new Uint8Array(Buffer.concat(await piecesOf(content)))

test('a file comes as it was sent; receipt and entry are there before its first byte is asked for', async () => {
  const of = await clinic()
  const { id, first } = await withFiles(of)
  await openMessage(of.parts, of.ada, id)
  const { attachment, content } = await fetchAttachment(of.parts, of.ada, id, first)
  expect(await of.stagesOf(id)).toEqual(['opened', 'attachment_fetched'])
  expect((await of.entriesOf(id)).at(-1)).toMatchObject({
    action: 'attachment.fetched',
    actor: { id: of.ada.person.id },
    detail: { attachment: first },
    level: 'full',
    method: 'passkey',
  })
  expect(attachment).toMatchObject({ name: 'plan.txt', type: 'text/plain', size: PLAN.length })
  expect(await bytesOf(content)).toEqual(PLAN)
})

test('each file leaves one receipt, and each fetching one entry', async () => {
  const of = await clinic()
  const { id, first, second } = await withFiles(of)
  await openMessage(of.parts, of.ada, id)
  for (const one of [first, first, second]) await fetchAttachment(of.parts, of.ada, id, one)
  const receipts = await of.store.read(tx => tx.receipts.ofMessages([id]))
  expect(receipts.flatMap(receipt => receipt.attachment ?? []).sort()).toEqual([first, second].sort())
  expect((await of.entriesOf(id)).filter(entry => entry.action === 'attachment.fetched')).toHaveLength(3)
})

test('a file of megabytes comes in pieces', async () => {
  const of = await clinic()
  const large = new Uint8Array(3 * 1024 * 1024).map((_, i) => i % 251)
  const [one] = await of.deposits({ message: { attachments: [file('large.bin', large)] } })
  const [attachment] = await of.store.read(tx => tx.attachments.ofMessage(one!.id))
  await openMessage(of.parts, of.ada, one!.id)
  const { content } = await fetchAttachment(of.parts, of.ada, one!.id, attachment!.id)
  const pieces = await piecesOf(content)
  expect(pieces.length).toBeGreaterThan(1)
  expect(Buffer.concat(pieces).equals(large)).toBe(true)
})

test('before the message is opened there is no file to fetch', async () => {
  const of = await clinic()
  const { id, first } = await withFiles(of)
  expect(await refusalOf(fetchAttachment(of.parts, of.ada, id, first))).toMatchObject({ code: 'not_found' })
  expect(await of.stagesOf(id)).toEqual([])
})

test("a file of another message, of somebody else's, and one that never was are refused alike", async () => {
  const of = await clinic()
  const hers = await withFiles(of)
  const other = await withFiles(of)
  const bens = await withFiles(of, { to: [BEN] })
  for (const { id } of [hers, other]) await openMessage(of.parts, of.ada, id)
  await openMessage(of.parts, of.ben, bens.id)
  const never = await refusalOf(fetchAttachment(of.parts, of.ada, hers.id, 'att_never'))
  expect(never.code).toBe('not_found')
  for (const [message, attachment] of [
    [hers.id, other.first],
    [hers.id, bens.first],
    [bens.id, bens.first],
    ['msg_never', hers.first],
  ] as const) {
    expect(await refusalOf(fetchAttachment(of.parts, of.ada, message, attachment))).toEqual(never)
  }
})

test('expired or taken back, the file is not to be had any more', async () => {
  const of = await clinic()
  const { id, first, deposit, expiresAt } = await withFiles(of)
  await openMessage(of.parts, of.ada, id)
  const now = of.clock.read()
  of.clock.set(expiresAt)
  expect(await refusalOf(fetchAttachment(of.parts, of.ada, id, first))).toMatchObject({ code: 'expired' })
  of.clock.set(now)
  await retract(of.parts, { staff: of.north.drCole }, deposit, { reason: 'other' })
  expect(await refusalOf(fetchAttachment(of.parts, of.ada, id, first))).toMatchObject({ code: 'retracted' })
})

test('taken back between the answer and the first byte, no byte leaves', async () => {
  const of = await clinic()
  const { id, first, deposit } = await withFiles(of)
  await openMessage(of.parts, of.ada, id)
  const { content } = await fetchAttachment(of.parts, of.ada, id, first)
  await retract(of.parts, { staff: of.north.drCole }, deposit, { reason: 'other' })
  expect(await refusalOf(bytesOf(content))).toMatchObject({ code: 'retracted' })
})

test('when the trail cannot be written there is no file, and no receipt of one', async () => {
  const of = await clinic()
  const { id, first } = await withFiles(of)
  await openMessage(of.parts, of.ada, id)
  const parts = { ...of.parts, store: withoutTrail(of.store) }
  await expect(fetchAttachment(parts, of.ada, id, first)).rejects.toThrow('no space left')
  expect(await of.stagesOf(id)).toEqual(['opened'])
})

test('half a sign-in fetches nothing', async () => {
  const of = await clinic()
  const { id, first } = await withFiles(of)
  await openMessage(of.parts, of.ada, id)
  expect(await refusalOf(fetchAttachment(of.parts, onlyMailbox(of.ada), id, first))).toMatchObject({ code: 'sign_in_required' })
})

test('a reader has the files they sent themselves; that says nothing to the clinic, so it leaves no receipt', async () => {
  const of = await clinic()
  const { id } = await withFiles(of)
  await openMessage(of.parts, of.ada, id)
  const mine = await reply(of.parts, of.ada, id, { text: 'Here it is', files: [file('list.txt')] })
  const [attachment] = await of.store.read(tx => tx.attachments.ofMessage(mine.id))
  const { content } = await fetchAttachment(of.parts, of.ada, mine.id, attachment!.id)
  expect(await bytesOf(content)).toEqual(PLAN)
  expect(await of.stagesOf(mine.id)).toEqual([])
})
