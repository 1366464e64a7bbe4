import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import BetterSqlite from 'better-sqlite3'
import { beforeEach, describe, expect, test } from 'vitest'
import { createClient, revokeClient, rotateClient } from '../../server/client-credentials.ts'
import { dispose } from '../../server/disposal.ts'
import { noteEndings } from '../../server/ending.ts'
import { endingsIn, fileJournal, readJournal } from '../../server/ending-journal.ts'
import { placeHold, releaseHold } from '../../server/holding.ts'
import { createPortal } from '../../server/portal.ts'
import { resume } from '../../server/restoring.ts'
import { disableStaff } from '../../server/sign-in/invitation.ts'
import type { Store } from '../../server/store.ts'
import { minutes } from '../../server/time.ts'
import { OPERATOR, PORTAL_ACTOR, record } from '../../server/trail/entry.ts'
import { fileHistory } from '../../server/trail/history.ts'
import { openStorage } from '../../storage/index.ts'
import { type Clinic, clinicIn, type Patient } from '../support/clinic.ts'
import { afterTest } from '../support/closing.ts'
import { ROOT_KEY } from '../support/storage.ts'
import { wholePortal } from '../support/whole-portal.ts'

const ADA = { name: 'Ada Lopez', address: 'ada.lopez@example.com' }

describe('a portal that goes on from yesterday', () => {
  let clinic: Clinic
  let ada: Patient
  beforeEach(async () => {
    const portal = await wholePortal({ engine: 'sqlite' })
    afterTest(portal.close)
    clinic = await clinicIn(portal)
    ada = clinic.patient('Ada Lopez')
  })

  const at = (name: string) => join(clinic.storage.directory, name)
  function copied(): void {
    const database = new BetterSqlite(clinic.storage.file)
    database.prepare('vacuum into ?').run(at('yesterday.db'))
    database.close()
  }
  const journalHere = () => clinic.parts.endings.text()
  /** Yesterday's copy, resumed with these journals, in a folder that has this one already. */
  async function resumed(journals: string[], journal = at('endings.txt')): Promise<{ store: Store; endedAgain: number }> {
    const options = { url: `sqlite:${at('yesterday.db')}`, dataDirectory: clinic.storage.directory, rootKey: ROOT_KEY }
    const store = await openStorage({ ...options, now: clinic.clock.read() })
    afterTest(() => store.close())
    const { endedAgain } = await resume(
      { store, checkpointHistory: fileHistory(at('history.txt')), endings: fileJournal(journal, store.journalMac) },
      {
        ...{ backup: 'bak_1', trailName: clinic.parts.settings.trailName, notes: [], now: clinic.clock.read() },
        endings: journals.flatMap(endingsIn),
      },
    )
    return { store, endedAgain }
  }
  const disposeOf = (id: string, store = clinic.parts.store) =>
    store.transaction(async tx => {
      await dispose(tx, [(await tx.messages.find(id))!], 'retention_over', PORTAL_ACTOR, clinic.clock.read())
    })

  test('lets nobody in who was shut out since, by old credentials neither', async () => {
    const order = { organization: clinic.organization.id, name: 'Laboratory', scopes: ['deposit' as const] }
    const make = () => createClient(clinic.parts, order)
    const [revoked, replaced, replacedBefore] = [await make(), await make(), await make()]
    const { apiKey: stillGood } = await rotateClient(clinic.parts, replacedBefore.client.id)
    const cole = await clinic.staff('Dr. Cole', 'provider')
    await clinic.deposits('Result', [ADA])
    const { person } = await ada.signsIn()
    const [factor] = await clinic.parts.store.read(tx => tx.signIn.factors.ofPerson(person))
    copied()
    clinic.clock.advance(minutes(1))
    await revokeClient(clinic.parts, revoked.client.id)
    await rotateClient(clinic.parts, replaced.client.id)
    await disableStaff(clinic.parts, cole.person.id)
    await clinic.parts.store.transaction(async tx => {
      await tx.signIn.factors.remove(factor!.id)
      const entry = { organization: clinic.organization.id, actor: OPERATOR, object: factor!.id }
      await record(tx, clinic.clock.read(), { ...entry, action: 'factor.removed' })
    })
    await noteEndings(clinic.parts)

    const { store, endedAgain } = await resumed([await journalHere()])
    expect(endedAgain).toBe(4)
    const parts = { ...clinic.parts, store }
    const portal = createPortal(parts)
    for (const { apiKey } of [revoked, replaced])
      await expect(portal.authenticateClient(`Bearer ${apiKey}`)).rejects.toMatchObject({ code: 'unauthorized' })
    expect((await portal.authenticateClient(`Bearer ${stillGood}`)).client.id).toBe(replacedBefore.client.id)
    // Who had new ones gets new ones: it is not shut out for good.
    const { apiKey } = await rotateClient(parts, replaced.client.id)
    expect((await portal.authenticateClient(`Bearer ${apiKey}`)).client.id).toBe(replaced.client.id)
    const now = await store.read(async tx => ({
      cole: await tx.staff.find(cole.person.id),
      factors: await tx.signIn.factors.ofPerson(person),
    }))
    expect(now.cole?.disabledAt).not.toBe(null)
    expect(now.factors.map(({ id }) => id)).not.toContain(factor!.id)
  })

  test('holds what was held since, and goes on holding what was released', async () => {
    const organization = clinic.organization.id
    const [held, released, passing] = (await clinic.deposits('Result', [ADA, BEA, CARA])).messages.map(({ id }) => id)
    const place = (object: string) => placeHold(clinic.parts, { organization, object, reason: 'A lawyer asked for it.' })
    const before = await place(released!)
    copied()
    clinic.clock.advance(minutes(1))
    const since = await place(held!)
    await releaseHold(clinic.parts, before.id)
    await releaseHold(clinic.parts, (await place(passing!)).id)
    await noteEndings(clinic.parts)

    const { store, endedAgain } = await resumed([await journalHere()])
    expect(endedAgain).toBe(1)
    const covered = await store.read(async tx => tx.holds.covering(await tx.messages.findMany([held!, released!, passing!])))
    expect(covered).toEqual(new Set([held, released]))
    const found = await store.read(tx => tx.holds.find(since.id))
    expect(found).toMatchObject({ object: held, placedAt: since.placedAt, reason: expect.stringContaining('reason was lost') })
  })

  test('destroys what was taken back and then disposed of, whichever journal comes last', async () => {
    const [message] = (await clinic.deposits('Result', [ADA])).messages
    copied()
    await clinic.portal.retract({ client: clinic.gateway }, (await depositOf(message!.id)).deposit, { reason: 'wrong_recipient' })
    await noteEndings(clinic.parts)
    const older = await journalHere()
    await disposeOf(message!.id)
    await noteEndings(clinic.parts)
    const { store } = await resumed([await journalHere(), older])
    expect((await store.read(tx => tx.messages.find(message!.id)))?.state).toBe('disposed')
  })

  test.each([
    ['in its old folder', 'endings.txt'],
    ['in a new one', 'new-endings.txt'],
  ])('%s notes what ends from then on, and keeps what it was told', async (_, journal) => {
    const { messages } = await clinic.deposits('Result', [ADA, BEA])
    copied()
    const late = (await clinic.deposits('Too late for the backup', [ADA])).messages[0]!.id
    await disposeOf(late)
    for (let count = 0; count < 5; count++) await clinic.deposits('More', [ADA])
    await noteEndings(clinic.parts)
    const { store } = await resumed([await journalHere()], at(journal))
    await disposeOf(messages[1]!.id, store)
    const endings = fileJournal(at(journal), store.journalMac)
    await noteEndings({ store, endings })
    const noted = endingsIn(await endings.text()).map(({ id }) => id)
    expect(noted).toEqual(expect.arrayContaining([late, messages[1]!.id]))
  })

  test('notes again from the beginning when its journal knows of entries there are not', async () => {
    const { messages } = await clinic.deposits('Result', [ADA])
    await clinic.parts.endings.append([], 1_000_000)
    await disposeOf(messages[0]!.id)
    await noteEndings(clinic.parts)
    expect(endingsIn(await journalHere())).toMatchObject([{ what: 'disposed', id: messages[0]!.id }])
  })

  test('a journal’s lines are read as they are, also those without an organization; what is none is passed over', () => {
    const text = 'disposed msg_1 5\nheld hld_1 6 org_1 rcp_1\nthrough 7\ndisposed msg_2 x\nforgotten msg_3 5\nrevoked cli_1 8 org'
    expect(endingsIn(text)).toMatchObject([
      { what: 'disposed', id: 'msg_1', at: 5 },
      { what: 'held', id: 'hld_1', at: 6, organization: 'org_1', covers: 'rcp_1' },
    ])
  })

  test('a journal’s macs tell which line was changed, added, moved, taken away or cut off', async () => {
    const { messages } = await clinic.deposits('Result', [ADA, BEA, CARA])
    for (const { id } of messages) {
      await disposeOf(id)
      await noteEndings(clinic.parts)
    }
    const text = await journalHere()
    const lines = text.split('\n').slice(0, -1)
    const mac = clinic.parts.store.journalMac
    const read = (changed: readonly string[], end = '\n') => readJournal(changed.join('\n') + end, mac)
    expect(read(lines)).toMatchObject({ wrongLine: null, endings: messages.map(({ id }) => ({ what: 'disposed', id })) })
    const bare = lines[2]!.replace(/ ~.*/, '')
    expect(read(lines.with(2, lines[2]!.replace('disposed', 'released'))).wrongLine).toBe(3)
    expect(read(lines.with(2, bare)).wrongLine).toBe(3)
    expect(read([...lines.slice(0, 2), lines[0]!, ...lines.slice(2)]).wrongLine).toBe(3)
    expect(read(lines.toSpliced(2, 1)).wrongLine).toBe(3)
    expect(read(lines, '').wrongLine).toBe(lines.length)
    // As another portal would have written it.
    const other = (before: string, line: string) => mac(before, `${line} elsewhere`)
    expect(readJournal(text, other)).toMatchObject({ wrongLine: 1, endings: [] })
  })

  test('a journal that was changed, or is of a version without macs, is set aside, and noted anew out of the trail', async () => {
    const { messages } = await clinic.deposits('Result', [ADA, BEA])
    await disposeOf(messages[0]!.id)
    await noteEndings(clinic.parts)
    const before = await journalHere()
    await writeFile(at('endings.txt'), before.replaceAll(/ ~.*/g, '').replace('disposed', 'retracted'))
    await disposeOf(messages[1]!.id)
    // As after a restart.
    const endings = fileJournal(at('endings.txt'), clinic.parts.store.journalMac)
    await noteEndings({ ...clinic.parts, endings })
    await noteEndings({ ...clinic.parts, endings })
    const read = readJournal(await endings.text(), clinic.parts.store.journalMac)
    expect(read.wrongLine).toBe(null)
    expect(new Set(read.endings.map(({ what, id }) => `${what} ${id}`))).toEqual(
      new Set(messages.map(({ id }) => `disposed ${id}`)),
    )
    expect(await readFile(at('endings.txt.set-aside-1'), 'utf8')).toContain(`retracted ${messages[0]!.id}`)
  })

  const depositOf = async (id: string) => (await clinic.parts.store.read(tx => tx.messages.find(id)))!
})

const BEA = { name: 'Bea Ito', address: 'bea.ito@example.com' }
const CARA = { name: 'Cara Diaz', address: 'cara.diaz@example.com' }
