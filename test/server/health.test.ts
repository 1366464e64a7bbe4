import { expect, test } from 'vitest'
import { createPortal } from '../../server/portal.ts'
import { hours } from '../../server/time.ts'
import { Intruder } from '../storage/intruder.ts'
import { clinicPortal } from '../support/people.ts'

test('a portal that can do its work says so', async () => {
  const clinic = await clinicPortal()
  expect(await clinic.portal.health()).toEqual({
    ready: true,
    database: true,
    migrated: true,
    queueAgeSeconds: 0,
    mail: true,
    trail: true,
  })
})

test('a letter that waits too long shows in the age of the queue', async () => {
  const clinic = await clinicPortal()
  await clinic.deposits('Result', [clinic.patient('Ada Lopez')])
  clinic.clock.advance(hours(1))
  expect((await clinic.portal.health()).queueAgeSeconds).toBe(3_600)
})

test('mail that is down is told, but people can still read', async () => {
  const clinic = await clinicPortal()
  clinic.mailbox.answerWith({ outcome: 'deferred', answer: '421 down' })
  expect(await clinic.portal.health()).toMatchObject({ ready: true, mail: false })
})

test('mail that does not answer at all does not keep a supervisor waiting', async () => {
  const clinic = await clinicPortal()
  const hanging = { ...clinic.parts, mailer: { ...clinic.parts.mailer, reachable: () => new Promise<boolean>(() => undefined) } }
  expect(await createPortal(hanging).health()).toMatchObject({ ready: true, mail: false })
})

test('a trail that contradicts what was signed makes the portal unready until it is put right', async () => {
  const clinic = await clinicPortal()
  const intruder = new Intruder(clinic.storage.file)
  await clinic.portal.signCheckpoint()
  const [before] = intruder.rows('trail_entries')
  intruder.run('update trail_entries set leaf_hash = ? where number = 0', Buffer.alloc(32))
  clinic.clock.advance(hours(1))
  await expect(clinic.portal.signCheckpoint()).rejects.toMatchObject({ code: 'tampered' })
  expect(await clinic.portal.health()).toMatchObject({ ready: false, trail: false, database: true })
  intruder.run('update trail_entries set leaf_hash = ? where number = 0', before?.leaf_hash)
  await clinic.portal.signCheckpoint()
  expect(await clinic.portal.health()).toMatchObject({ ready: true, trail: true })
  intruder.close()
})

test('a portal that signs nothing is made unready by a look at the end of the trail, too', async () => {
  const clinic = await clinicPortal()
  await clinic.portal.signCheckpoint()
  const other = createPortal(clinic.parts)
  await other.lookAtTrail()
  const intruder = new Intruder(clinic.storage.file)
  intruder.run('update trail_entries set leaf_hash = ? where number = 0', Buffer.alloc(32))
  await expect(other.lookAtTrail()).rejects.toMatchObject({ code: 'tampered' })
  expect(await other.health()).toMatchObject({ ready: false, trail: false })
  intruder.close()
})
