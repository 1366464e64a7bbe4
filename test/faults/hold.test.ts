import { expect, test } from 'vitest'
import { disposeDue } from '../../server/disposal.ts'
import { placeHold, releaseHold } from '../../server/holding.ts'
import type { Store } from '../../server/store.ts'
import { days } from '../../server/time.ts'
import { OPERATOR } from '../../server/trail/entry.ts'
import { lookOver } from './rig/afterwards.ts'
import { openPortal } from './rig/opened.ts'
import { clinicFolder } from './rig/prepared.ts'
import { storyIn } from './rig/prepared-story.ts'

test('a hold that is placed while a sweep destroys wins over what the sweep has not destroyed yet', async () => {
  const folder = await clinicFolder()
  const { now, crowd, gateway } = await storyIn(folder)
  const late = now + days(3_000)
  const { parts, close } = await openPortal(folder, late)
  const [last] = crowd.slice(-1)
  const hold = () => placeHold(parts, { organization: gateway.client.organization, object: last!, reason: 'An inquiry.' })
  const placed = Promise.withResolvers<{ id: string }>()
  // The sweep has read what is due, the last of them too, and destroyed the first.
  let transactions = 0
  const transaction: Store['transaction'] = async (work, precedence) => {
    if (++transactions === 2) placed.resolve(await hold())
    return parts.store.transaction(work, precedence)
  }
  const byHand = { actor: OPERATOR, isClockConfirmed: true }
  expect(await disposeDue({ ...parts, store: { ...parts.store, transaction } }, byHand)).toBeGreaterThan(0)
  expect(transactions).toBeGreaterThan(1)

  const states = async () => (await parts.store.read(tx => tx.messages.findMany(crowd))).map(({ state }) => state)
  expect((await states()).filter(state => state !== 'disposed')).toHaveLength(1)
  const content = () => parts.store.read(async tx => tx.messages.content((await tx.messages.find(last!))!))
  expect(await content()).toMatchObject({ text: expect.any(String) })

  await releaseHold(parts, (await placed.promise).id)
  expect(await disposeDue(parts, byHand)).toBe(1)
  await expect(content()).rejects.toMatchObject({ code: 'gone' })
  await close()
  await lookOver(folder, late)
})
