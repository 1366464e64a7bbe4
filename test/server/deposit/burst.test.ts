import { expect, test } from 'vitest'
import { seconds } from '../../../server/time.ts'
import { clinicIn } from '../../support/clinic.ts'
import { wholePortal } from '../../support/whole-portal.ts'

test('what would only be held back is not due before: until the pause is over, nobody takes it up', async () => {
  const portal = await wholePortal()
  try {
    const clinic = await clinicIn(portal)
    const [ada, ben] = [clinic.patient('Ada Lopez'), clinic.patient('Ben Okafor')]
    const dueFrom = () => portal.storage.store.read(tx => tx.outbox.oldestDue(clinic.clock.read() + seconds(3_600)))
    await clinic.deposits('First', [ada])
    await clinic.portal.sendDueLetters()
    const sent = clinic.clock.read()
    clinic.clock.advance(seconds(1))
    await clinic.deposits('Second', [ada])
    expect(await dueFrom()).toBe(sent + seconds(10))

    await clinic.deposits('Other', [ben])
    expect(await dueFrom()).toBe(clinic.clock.read())
    await clinic.portal.sendDueLetters()
    clinic.clock.advance(seconds(9))
    expect(await clinic.portal.sendDueLetters()).toBe(1)
  } finally {
    await portal.close()
  }
})
