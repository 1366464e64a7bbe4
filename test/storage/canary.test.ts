import { randomBytes, randomInt } from 'node:crypto'
import { expect, test } from 'vitest'
import { filesIn, found } from '../support/canaries.ts'
import { temporaryStorage } from '../support/storage.ts'
import { Intruder } from './intruder.ts'
import { CONTENT, clinic, move } from './kept.ts'
import { CANARIES, wholeStory } from './story.ts'

test('the files hold nothing of what was sealed, in no disguise, while the portal runs and after', async () => {
  const storage = await temporaryStorage()
  const { organization, message, tokens, readAll } = await wholeStory(storage.store)
  await readAll()
  const running = await filesIn(storage.directory)
  expect(running.map(({ name }) => name).sort()).toEqual(['portal.db', 'portal.db-shm', 'portal.db-wal'])
  expect(found(CANARIES, running)).toEqual([])

  // The same search does find what is not sealed: otherwise it would prove nothing.
  expect(found({ organization: organization.id }, running)).toContain('organization as utf8 in portal.db-wal')
  expect(found({ message: message.id, session: tokens.session }, running).length).toBeGreaterThan(1)

  await storage.reopen()
  await storage.store.close()
  expect(found(CANARIES, await filesIn(storage.directory))).toEqual([])
  await storage.remove()
})

test('the search finds a word in each of its disguises', () => {
  const word = CANARIES.recipientName
  const around = (bytes: Buffer) => Buffer.concat([Buffer.from('abc'), bytes, Buffer.from('xyz')])
  const utf8 = Buffer.from(word)
  const hidden = [
    utf8,
    Buffer.from(word, 'utf16le'),
    Buffer.from(utf8.toString('hex')),
    ...[0, 1, 2].map(shift =>
      Buffer.from(Buffer.concat([Buffer.alloc(shift, 'x'), utf8, Buffer.from('more')]).toString('base64url')),
    ),
  ]
  for (const bytes of hidden) {
    const urlBytes = Buffer.from(bytes.toString('latin1').replaceAll('-', '+').replaceAll('_', '/'), 'latin1')
    expect(found({ word }, [{ name: 'file', bytes: around(bytes), urlBytes: around(urlBytes) }])).not.toEqual([])
  }
})

test('of what was disposed of no key is left in any file, however the pages were filled', async () => {
  const storage = await temporaryStorage()
  const { keep, attach } = await clinic(storage.store)
  const kept: { id: string }[] = []
  for (let number = 0; number < 150; number++) {
    // Parts of every length in random order: rows are moved between pages all the time.
    const message = await keep({}, { ...CONTENT, text: 'x'.repeat(randomInt(3000)) })
    if (number % 10 === 0) await attach(message, randomBytes(randomInt(5000)))
    kept.splice(randomInt(kept.length + 1), 0, message)
  }
  const doomed = kept.slice(0, 75).map(({ id }) => id)
  const intruder = new Intruder(storage.file)
  const owners = new Set([
    ...doomed,
    ...intruder.rows('attachments').flatMap(row => (doomed.includes(String(row.message)) ? [row.id] : [])),
  ])
  const numbers = new Set(intruder.rows('sealed_parts').flatMap(row => (owners.has(String(row.owner)) ? [row.data_key] : [])))
  const keys = intruder.rows('data_keys').filter(row => numbers.has(row.number))
  intruder.close()
  const left = async () => {
    const files = await filesIn(storage.directory)
    return keys.filter(key => files.some(({ bytes }) => bytes.includes(key.wrapped as Buffer))).length
  }
  expect(await left()).toBe(keys.length)
  expect(keys.length).toBeGreaterThanOrEqual(75 * 2)

  await storage.store.transaction(async tx => {
    for (const id of doomed) await move(tx, id, ['waiting'], 'disposed')
  })
  expect(await left()).toBe(0)
  await storage.remove()
})
