import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStorage } from '../../../storage/index.ts'
import { NEW_YEAR, ROOT_KEY } from '../../support/storage.ts'
import { wholeContent } from '../kept.ts'
import { makeFirstRelease } from './first-release.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restante-first-release-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('whose a notice is that has not left yet is filled in, so that it counts as the last one once it has', async () => {
  const file = join(folder, 'portal.db')
  await makeFirstRelease(file)
  const store = await openStorage({ url: `sqlite:${file}`, dataDirectory: folder, rootKey: ROOT_KEY, now: NEW_YEAR })
  const times = await store.transaction(async tx => {
    const [letter] = await tx.outbox.claim(NEW_YEAR, NEW_YEAR + 1, 1)
    await tx.outbox.settle(NEW_YEAR + 1, [{ id: letter!.id, state: 'sent', at: NEW_YEAR, answer: '250 ok' }])
    return tx.outbox.noticeTimes([(await tx.messages.find(letter!.message!))!.recipient], NEW_YEAR)
  })
  expect([...times.values()]).toEqual([[NEW_YEAR]])
  await store.close()
})

test('a database of the first release is brought up to date, and everything in it still opens', async () => {
  const file = join(folder, 'portal.db')
  await makeFirstRelease(file)
  const store = await openStorage({ url: `sqlite:${file}`, dataDirectory: folder, rootKey: ROOT_KEY, now: NEW_YEAR })
  expect(await store.health()).toEqual({ answers: true, migrated: true })

  const { mailbox, contents, files, letter } = await store.read(async tx => {
    const [clinic] = await tx.organizations.list()
    const ada = await tx.recipients.findInOrganization(clinic!.id, 'ada@example.com')
    const mailbox = await tx.messages.listForRecipient(ada!.id, { limit: 10 })
    const contents = []
    for (const message of mailbox) contents.push(await tx.messages.content(message))
    const files = await tx.attachments.ofMessages(mailbox.map(({ id }) => id))
    const letters = await Promise.all(mailbox.map(({ id }) => tx.outbox.ofMessages([id])))
    return { mailbox, contents, files, letter: await tx.outbox.find(letters.flat()[0]!.id) }
  })

  const seen = mailbox.map(({ state }, at) => `${contents[at]!.subject}: ${state}`).sort()
  expect(seen).toEqual(['Taken back: retracted', 'Your results: waiting', 'Your second result: opened'])
  expect(contents.every(({ text }) => text === 'All is well.')).toBe(true)
  expect((await wholeContent(store, files[0]!)).toString()).toMatch(/^(all is well )+$/)
  expect(letter).toMatchObject({ state: 'queued', content: { to: 'ada@example.com' } })
  expect(await store.read(tx => tx.trail.head())).toMatchObject({ size: 5 })
  await store.close()
})
