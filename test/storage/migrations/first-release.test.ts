import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Store } from '../../../server/store.ts'
import { openStorage } from '../../../storage/index.ts'
import { NEW_YEAR, ROOT_KEY } from '../../support/storage.ts'
import { wholeContent } from '../kept.ts'
import { type BareDatabase, bareDatabase } from './bare-database.ts'
import { makeFirstRelease } from './first-release.ts'

describe.each(['sqlite', 'postgres'] as const)('a database of the first release, %s', engine => {
  let database: BareDatabase
  let store: Store
  beforeEach(async () => {
    database = await bareDatabase(engine)
    await makeFirstRelease(database.url)
    store = await openStorage({ url: database.url, dataDirectory: database.directory, rootKey: ROOT_KEY, now: NEW_YEAR })
  })
  afterEach(async () => {
    await store.close()
    await database.remove()
  })

  test('says whose a notice is that has not left yet, so that it counts as the last one once it has', async () => {
    const times = await store.transaction(async tx => {
      const [letter] = await tx.outbox.claim(NEW_YEAR, NEW_YEAR + 1, 1)
      await tx.outbox.settle(NEW_YEAR + 1, [{ id: letter!.id, state: 'sent', at: NEW_YEAR, answer: '250 ok' }])
      return tx.outbox.noticeTimes([(await tx.messages.find(letter!.message!))!.recipient], NEW_YEAR)
    })
    expect([...times.values()]).toEqual([[NEW_YEAR]])
  })

  test('is brought up to date, and everything in it still opens', async () => {
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
  })
})
