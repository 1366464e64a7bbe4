import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSqlite } from '../../storage/engines/sqlite.ts'
import { OpenKeys } from '../../storage/open-keys.ts'
import { openRootKey } from '../../storage/sealing/keys.ts'
import { openPortalKeys, settle, type Work, workOn } from '../../storage/work.ts'
import { ROOT_KEY, type TemporaryStorage, temporaryStorage } from '../support/storage.ts'
import { CONTENT, clinic, depositBy, messageFor, refusal } from './kept.ts'

/** The first release sealed each of these apart; now what is read together is sealed together. Both are read. */

let storage: TemporaryStorage
beforeEach(async () => {
  storage = await temporaryStorage({ engine: 'sqlite' })
})
afterEach(() => storage.remove())

const FORM = { keyHash: 'key', bodyHash: 'words' }
const ONCE = { keyHash: 'once', bodyHash: 'body', answer: '{}' }

/** A deposit and its message, with their parts as the first release would have sealed them. */
async function keptByTheFirstRelease() {
  const { ada, sender, keep } = await clinic(storage.store)
  const deposit = depositBy(sender, { reference: 'LAB-1', idempotency: ONCE })
  await storage.store.transaction(tx => tx.deposits.add(deposit))
  const message = await keep({ ...messageFor(ada, deposit), form: FORM })
  await underneath(async ({ parts }) => {
    const place = (part: string) => ({ organization: ada.organization, owner: message.id, recipient: ada.id, part })
    await parts.remove(message.id, 'heading')
    await parts.add(place('subject'), CONTENT.subject)
    await parts.add(place('from'), CONTENT.from)
    await parts.add(place('locator'), message.locator)
    await parts.add(place('form'), FORM.bodyHash)
    const own = (part: string) => ({ organization: ada.organization, owner: deposit.id, recipient: '', part })
    await parts.put(own('particulars'), { reference: 'LAB-1', fallbackReason: null })
    await parts.add(own('idempotency'), ONCE)
  })
  return { ada, sender, deposit, message }
}

async function underneath(work: (own: Work) => Promise<void>): Promise<void> {
  const engine = await openSqlite(storage.file)
  try {
    await engine.write(async db => {
      const own = workOn(db, await openPortalKeys(db, new OpenKeys(openRootKey(ROOT_KEY))))
      await work(own)
      await settle(own)
    })
  } finally {
    await engine.close()
  }
}

test('what the first release sealed of a message apart is read as before', async () => {
  const { ada, message } = await keptByTheFirstRelease()
  await storage.store.read(async tx => {
    const found = (await tx.messages.find(message.id))!
    expect(await tx.messages.content(found)).toEqual(CONTENT)
    expect(await tx.messages.headings([found])).toEqual(new Map([[message.id, { subject: CONTENT.subject, from: CONTENT.from }]]))
    expect(await tx.messages.locator(found)).toBe(message.locator)
    expect(await tx.messages.findByForm(ada.id, FORM.keyHash)).toEqual({ id: message.id, bodyHash: FORM.bodyHash })
  })
})

test('and of a deposit', async () => {
  const { sender, deposit } = await keptByTheFirstRelease()
  await storage.store.read(async tx => {
    expect(await tx.deposits.find(deposit.id)).toMatchObject({ reference: 'LAB-1', idempotency: ONCE })
    expect((await tx.deposits.findByIdempotencyKey(sender.id, ONCE.keyHash))?.idempotency).toEqual(ONCE)
  })
})

test('a heading that was taken away is not taken for the first release’s', async () => {
  const { keep } = await clinic(storage.store)
  const { id } = await keep()
  await underneath(({ parts }) => parts.remove(id, 'heading'))
  const reads = storage.store.read(async tx => tx.messages.headings([(await tx.messages.find(id))!]))
  expect(await refusal(reads)).toBe('tampered')
})
