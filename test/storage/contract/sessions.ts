import { describe, expect, test } from 'vitest'
import { newId } from '../../../server/ids.ts'
import type { PersonRef, SessionRow } from '../../../server/sign-in/store.ts'
import { hours, minutes } from '../../../server/time.ts'
import { NEW_YEAR } from '../../support/storage.ts'
import { clinic } from '../kept.ts'
import { eachWithStorage, type OpenStorage } from './opened.ts'

const ada: PersonRef = { kind: 'recipient', id: 'rcp_ada', organization: 'org_north' }
const bo: PersonRef = { kind: 'recipient', id: 'rcp_bo', organization: 'org_north' }

const sessionOf = (person: PersonRef, tokenHash: string, createdAt = NEW_YEAR): SessionRow => ({
  tokenHash,
  handle: newId('ses', NEW_YEAR),
  person,
  level: 'full',
  method: 'passkey',
  createdAt,
  signedInAt: createdAt,
  lastSeenAt: createdAt,
})

export function sessionContract(open: OpenStorage): void {
  describe('sessions', () => {
    const portal = eachWithStorage(open)
    const add = (...all: SessionRow[]) =>
      portal.store.transaction(async tx => {
        for (const session of all) await tx.signIn.sessions.add(session)
      })
    const left = (person: PersonRef) =>
      portal.store.read(async tx => (await tx.signIn.sessions.ofPerson(person)).map(({ tokenHash }) => tokenHash))

    test('are found by the hash of their token, until they are removed', async () => {
      const session = sessionOf(ada, 'one')
      await add(session)
      expect(await portal.store.read(tx => tx.signIn.sessions.find('one'))).toEqual(session)
      await portal.store.transaction(tx => tx.signIn.sessions.remove('one'))
      expect(await portal.store.read(tx => tx.signIn.sessions.find('one'))).toBeNull()
    })

    test('keep what was looked for last, and take it with them however they end', async () => {
      const { organization, ada } = await clinic(portal.store)
      const reader: PersonRef = { kind: 'recipient', id: ada.id, organization: organization.id }
      const all = ['one', 'two', 'three', 'four'].map(hash => sessionOf(reader, hash))
      await add(...all)
      const looksFor = (hash: string, words: string) => portal.store.transaction(tx => tx.signIn.sessions.keepSearch(hash, words))
      const looked = (hash: string) => portal.store.read(tx => tx.signIn.sessions.keptSearch(hash))
      for (const { tokenHash } of all) await looksFor(tokenHash, `words of ${tokenHash}`)
      await looksFor('one', 'other words')
      await looksFor('none', 'nobody’s words')
      expect(await Promise.all(['one', 'two', 'none'].map(looked))).toEqual(['other words', 'words of two', null])
      await portal.store.transaction(async tx => {
        await tx.signIn.sessions.remove('one')
        await tx.signIn.sessions.removeByHandle(reader, all[1]!.handle)
        await tx.signIn.sessions.removeAll(reader, 'four')
      })
      expect(await Promise.all(['one', 'two', 'three', 'four'].map(looked))).toEqual([null, null, null, 'words of four'])
      await portal.store.transaction(tx => tx.signIn.sessions.removeStale(NEW_YEAR + 1, NEW_YEAR + 1))
      // Nothing of it is left behind for a session that came under the same name.
      await add(...all)
      expect(await Promise.all(all.map(({ tokenHash }) => looked(tokenHash)))).toEqual([null, null, null, null])
    })

    test('remember when they were last seen, and never earlier', async () => {
      await add(sessionOf(ada, 'one'))
      await portal.store.transaction(async tx => {
        await tx.signIn.sessions.touch('one', NEW_YEAR + minutes(2))
        await tx.signIn.sessions.touch('one', NEW_YEAR + minutes(1))
        await tx.signIn.sessions.touch('unknown', NEW_YEAR)
      })
      const session = await portal.store.read(tx => tx.signIn.sessions.find('one'))
      expect(session?.lastSeenAt).toBe(NEW_YEAR + minutes(2))
    })

    test('are ended by their own person only', async () => {
      const session = sessionOf(ada, 'one')
      await add(session)
      const end = (person: PersonRef) => portal.store.transaction(tx => tx.signIn.sessions.removeByHandle(person, session.handle))
      expect(await end(bo)).toBe(false)
      expect(await end({ ...ada, kind: 'staff' })).toBe(false)
      expect(await end(ada)).toBe(true)
      expect(await end(ada)).toBe(false)
    })

    test('end all at once, but for the one that is kept', async () => {
      await add(sessionOf(ada, 'one'), sessionOf(ada, 'two'), sessionOf(ada, 'three'), sessionOf(bo, 'four'))
      expect(await portal.store.transaction(tx => tx.signIn.sessions.removeAll(ada, 'two'))).toBe(2)
      expect(await left(ada)).toEqual(['two'])
      expect(await left(bo)).toEqual(['four'])
      expect(await portal.store.transaction(tx => tx.signIn.sessions.removeAll(ada))).toBe(1)
    })

    test('are swept when too old or unseen for too long', async () => {
      const now = NEW_YEAR + hours(12)
      await add(sessionOf(ada, 'old', NEW_YEAR - 1), sessionOf(ada, 'unseen', NEW_YEAR), sessionOf(ada, 'fresh', now))
      expect(await portal.store.transaction(tx => tx.signIn.sessions.removeStale(NEW_YEAR, NEW_YEAR))).toBe(1)
      expect(await portal.store.transaction(tx => tx.signIn.sessions.removeStale(NEW_YEAR, now - minutes(15)))).toBe(1)
      expect(await left(ada)).toEqual(['fresh'])
    })
  })
}
