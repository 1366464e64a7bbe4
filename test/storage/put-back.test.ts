import { beforeEach, describe, expect, test } from 'vitest'
import { createClient, revokeClient, rotateClient } from '../../server/client-credentials.ts'
import { disposeDue } from '../../server/disposal.ts'
import { placeHold } from '../../server/holding.ts'
import { disableStaff } from '../../server/sign-in/invitation.ts'
import { days, hours } from '../../server/time.ts'
import { OPERATOR, record } from '../../server/trail/entry.ts'
import { checkAtStart } from '../../server/trail/tail.ts'
import type { Clinic } from '../support/clinic.ts'
import { clinicPortal } from '../support/people.ts'
import { Intruder, type Row } from './intruder.ts'
import { refusal } from './kept.ts'

/**
 * Somebody with the database file and no key keeps copies of rows, each with its own valid mac, and puts them back when it suits
 * them. What was ended must stay so.
 */
describe('when older copies of rows are put back', () => {
  let clinic: Clinic
  let intruder: Intruder
  beforeEach(async () => {
    clinic = await clinicPortal()
    intruder = new Intruder(clinic.storage.file)
    return () => intruder.close()
  })

  /** Copies whole tables, and brings back what they held. */
  const copyOf = (...tables: string[]) => {
    const kept = tables.map(table => ({ table, rows: intruder.rows(table) }))
    return () => {
      for (const { table, rows } of kept) for (const row of rows) putBack(table, row)
    }
  }
  const putBack = (table: string, row: Row) => {
    const marks = Object.keys(row).map(() => '?')
    intruder.run(`insert or replace into ${table} (${Object.keys(row).join()}) values (${marks.join()})`, ...Object.values(row))
  }

  test.each([
    ['replaced credentials stay replaced', rotateClient],
    ['a revoked client stays out', revokeClient],
  ])('%s', async (_what, ends) => {
    const order = { organization: clinic.organization.id, name: 'Laboratory', scopes: ['deposit' as const] }
    const { client, apiKey, secret } = await createClient(clinic.parts, order)
    const bearer = `Bearer ${apiKey}`
    const basic = `Basic ${Buffer.from(`${client.id}:${secret}`).toString('base64')}`
    await clinic.portal.authenticateClient(basic)
    const restore = copyOf('clients')
    await ends(clinic.parts, client.id)
    restore()
    for (const credentials of [bearer, basic]) {
      expect(await refusal(clinic.portal.authenticateClient(credentials))).toBe('tampered')
    }
    // Nor is the older copy given a valid mac by changing it further.
    expect(await refusal(rotateClient(clinic.parts, client.id))).toBe('tampered')
  })

  test('a session that was signed out stays so', async () => {
    const ada = clinic.patient('Ada Lopez')
    await clinic.deposits('Result', [ada])
    const reader = await ada.signsIn()
    const restore = copyOf('sessions')
    await clinic.portal.signOut(reader)
    expect(intruder.rows('sessions')).toEqual([])
    restore()
    const [session] = intruder.rows('sessions')
    const found = clinic.parts.store.read(tx => tx.signIn.sessions.find(String(session!.token_hash)))
    expect(await refusal(found)).toBe('tampered')
  })

  test('a member of staff who was disabled stays out', async () => {
    const cole = await clinic.staff('Dr. Cole', 'provider')
    const restore = copyOf('staff', 'sessions')
    await disableStaff(clinic.parts, cole.person.id)
    restore()
    expect(await refusal(clinic.parts.store.read(tx => tx.staff.find(cole.person.id)))).toBe('tampered')
    expect(await refusal(clinic.parts.store.read(tx => tx.staff.findByAddress('dr.cole@example.com')))).toBe('tampered')
    expect(await refusal(clinic.parts.store.read(tx => tx.signIn.peopleAt('dr.cole@example.com')))).toBe('tampered')
  })

  test('a factor that was removed signs nobody in', async () => {
    const ada = clinic.patient('Ada Lopez')
    await clinic.deposits('Result', [ada])
    const { person } = await ada.signsIn()
    const factors = () => clinic.parts.store.read(tx => tx.signIn.factors.ofPerson(person))
    const lost = (await factors()).find(({ kind }) => kind === 'passphrase')!
    const restore = copyOf('factors', 'data_keys', 'sealed_parts')
    await clinic.parts.store.transaction(async tx => {
      await tx.signIn.factors.remove(lost.id)
      const about = { organization: person.organization, actor: { kind: 'recipient', id: person.id } as const }
      await record(tx, clinic.clock.read(), { ...about, action: 'factor.removed', object: lost.id })
    })
    expect(await factors()).not.toContainEqual(lost)
    restore()
    expect(await refusal(factors())).toBe('tampered')
  })

  test.each([
    ['taken away', 'delete from holds where id = ?'],
    ['released', 'update holds set released_at = placed_at where id = ?'],
    ['made to cover something else', "update holds set object = 'msg_other' where id = ?"],
    ['given to somebody else', "update holds set organization = 'org_other' where id = ?"],
  ])('a hold that was %s keeps everything from being destroyed all the same', async (_, statement) => {
    const { parts, organization } = clinic
    const { messages } = await clinic.deposits('Result', [clinic.patient('Ada Lopez')])
    const hold = await placeHold(parts, { organization: organization.id, object: messages[0]!.id, reason: 'A case.' })
    clinic.clock.advance(days(9 * 366))
    intruder.run(statement, hold.id)
    const by = { actor: OPERATOR, isClockConfirmed: true }
    expect(await disposeDue(parts, by)).toBe(0)
    expect(clinic.log).toContainEqual(expect.objectContaining({ event: 'disposal.tampered' }))
    expect((await parts.store.read(tx => tx.messages.find(messages[0]!.id)))!.state).not.toBe('disposed')
  })

  describe('a whole database of yesterday', () => {
    const older = async () => {
      const ada = clinic.patient('Ada Lopez')
      await clinic.deposits('Result', [ada])
      await clinic.portal.signCheckpoint()
      const restore = copyOf('trail_head')
      const { size } = await clinic.parts.store.read(tx => tx.trail.head())
      await clinic.deposits('Another', [ada])
      return { restore, size }
    }
    const putBackTo = ({ restore, size }: Awaited<ReturnType<typeof older>>) => {
      restore()
      intruder.run('delete from trail_entries where number >= ?', size)
      intruder.run('delete from checkpoints where size > ?', size)
    }

    test('is not even opened for work once more of it was signed', async () => {
      const copy = await older()
      await clinic.portal.signCheckpoint()
      putBackTo(copy)
      await clinic.restart()
      expect(await refusal(checkAtStart(clinic.parts))).toBe('tampered')
    })

    test('starts when it is today’s', async () => {
      await older()
      await clinic.portal.signCheckpoint()
      await clinic.restart()
      await checkAtStart(clinic.parts)
    })

    test('is another’s when it has another key, and is not opened for work either', async () => {
      await older()
      await clinic.portal.signCheckpoint()
      const other = await clinicPortal()
      const { checkpointHistory } = clinic.parts
      expect(await refusal(checkAtStart({ ...other.parts, checkpointHistory }))).toBe('tampered')
    })
  })

  describe('a message that was taken back, and its trail with it,', () => {
    /** The intruder makes the trail tell of the first revision only. */
    const retractedAndPutBack = async (hide: (message: string) => void) => {
      const ada = clinic.patient('Ada Lopez')
      const { id, messages } = await clinic.deposits('Result', [ada])
      const [older] = intruder.rows('messages')
      await clinic.portal.retract({ client: clinic.gateway }, id, { reason: 'wrong_recipient' })
      await clinic.portal.signCheckpoint()
      putBack('messages', older!)
      hide(messages[0]!.id)
      return messages[0]!.id
    }
    const blankColumn = (id: string) =>
      intruder.run('update trail_entries set revision = null where object = ? and revision > 1', id)
    const deleteEntry = (id: string) => intruder.run('delete from trail_entries where object = ? and revision > 1', id)

    test.each([
      ['by a column of an entry', blankColumn],
      ['by the entry itself', deleteEntry],
    ])('comes to light within the hour, hidden %s', async (_how, hide) => {
      await retractedAndPutBack(hide)
      clinic.clock.advance(hours(1))
      expect(await refusal(clinic.portal.signCheckpoint())).toBe('tampered')
    })

    test.each([
      ['by a column of an entry', blankColumn],
      ['by the entry itself', deleteEntry],
    ])('comes to light at the next start, hidden %s', async (_how, hide) => {
      await retractedAndPutBack(hide)
      await clinic.restart()
      expect(await refusal(clinic.portal.signCheckpoint())).toBe('tampered')
    })
  })
})
