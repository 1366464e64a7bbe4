import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { trail } from '../../../server/audit-trail.ts'
import { openMessage } from '../../../server/reading.ts'
import { clinic, onlyMailbox, refusalOf, withoutTrail } from './clinic.ts'

test('the newest entry stands first, in plain words, and the look itself is among them', async () => {
  const of = await clinic()
  const id = await of.sends('Result')
  await openMessage(of.parts, of.ada, id)
  const { lines, next } = await trail(of.parts, of.north.officer, {})
  expect(next).toBeNull()
  expect(lines.slice(0, 2)).toMatchObject([
    { action: 'trail.viewed', actor: of.north.officer.person.id, detail: expect.stringContaining('byObject: false') },
    { action: 'message.opened', actor: of.ada.person.id, object: id, detail: 'revision: 2, level: full, method: passkey' },
  ])
  expect(lines.map(line => line.index)).toEqual(lines.map(line => line.index).sort((a, b) => b - a))
})

test('it can be narrowed; the trail says by what, and holds no word that was typed', async () => {
  const of = await clinic()
  const id = await of.sends('Result')
  await of.sends('Plan')
  const byObject = await trail(of.parts, of.north.officer, { object: id })
  expect(new Set(byObject.lines.map(line => line.object))).toEqual(new Set([id]))
  const byAction = await trail(of.parts, of.north.officer, { action: 'message.deposited' })
  expect(byAction.lines).toHaveLength(2)
  expect((await trail(of.parts, of.north.officer, { actor: 'ada@example.com' })).lines).toEqual([])
  const looks = await trail(of.parts, of.north.officer, { action: 'trail.viewed', actor: of.north.officer.person.id })
  expect(looks.lines.map(line => line.detail.replace(/^level: full, method: passkey, /, ''))).toEqual([
    'byActor: true, byObject: false, shownAction: trail.viewed',
    'byActor: true, byObject: false',
    'byActor: false, byObject: false, shownAction: message.deposited',
    'byActor: false, byObject: true',
  ])
})

test('each organization sees its own trail alone', async () => {
  const of = await clinic()
  await of.sends('Result')
  const { lines } = await trail(of.parts, of.south.officer, {})
  expect(lines).toMatchObject([{ action: 'trail.viewed', actor: of.south.officer.person.id }])
})

test('only a compliance officer looks', async () => {
  const of = await clinic()
  for (const person of [of.north.drCole, of.north.administrator, of.ada]) {
    expect(await refusalOf(trail(of.parts, person as never, {}))).toMatchObject({ code: 'forbidden' })
  }
  expect(await refusalOf(trail(of.parts, onlyMailbox(of.north.officer), {}))).toMatchObject({ code: 'sign_in_required' })
  expect(await of.entryCount()).toBe(0)
})

test('when the look cannot be written, nothing is shown', async () => {
  const of = await clinic()
  await of.sends('Result')
  await expect(trail({ ...of.parts, store: withoutTrail(of.store) }, of.north.officer, {})).rejects.toThrow('no space left')
})

test('an action or a page that there is not is refused', async () => {
  const of = await clinic()
  expect(await refusalOf(trail(of.parts, of.north.officer, { action: 'message.eaten' }))).toMatchObject({ code: 'invalid' })
  expect(await refusalOf(trail(of.parts, of.north.officer, { before: Number.NaN }))).toMatchObject({ code: 'invalid' })
})

test('pages of fifty follow one another', async () => {
  const of = await clinic()
  for (let i = 0; i < 70; i++) await trail(of.parts, of.north.officer, {})
  const first = await trail(of.parts, of.north.officer, {})
  expect(first.lines).toHaveLength(50)
  const second = await trail(of.parts, of.north.officer, { before: first.next! })
  expect(second.lines[0]!.index).toBe(first.next! - 1)
  expect(second.next).toBeNull()
})

test('the last signed state is told beside it', async () => {
  const of = await clinic()
  expect((await trail(of.parts, of.north.officer, {})).checkpoint).toBeNull()
  const checkpoint = { size: 1, rootHash: new Uint8Array(32), note: 'signed', at: of.clock.read() }
  await of.store.transaction(tx => tx.trail.addCheckpoint(checkpoint))
  expect((await trail(of.parts, of.north.officer, {})).checkpoint).toEqual({ size: 1, at: of.clock.read() })
})

test('an entry that was changed by hand is not shown', async () => {
  const of = await clinic()
  await of.sends('Result')
  const database = new Database(of.storage.file)
  for (const { name } of database.prepare(`select name from sqlite_master where type = 'trigger'`).all() as { name: string }[]) {
    database.exec(`drop trigger ${name}`)
  }
  database.exec(
    `update trail_entries set bytes = replace(bytes, 'message.deposited', 'message.retracted') where action = 'message.deposited'`,
  )
  database.close()
  expect(await refusalOf(trail(of.parts, of.north.officer, {}))).toMatchObject({ code: 'tampered' })
})
