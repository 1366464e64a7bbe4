import { describe, expect, test } from 'vitest'
import { newId } from '../../../server/ids.ts'
import type { Client } from '../../../server/sender.ts'
import type { StaffMember } from '../../../server/staff.ts'
import { minutes } from '../../../server/time.ts'
import { NEW_YEAR } from '../../support/storage.ts'
import { clinic, organizationNamed, recipientIn, refusal } from '../kept.ts'
import { eachWithStorage, type OpenStorage } from './opened.ts'

const clientIn = (organization: string): Client => ({
  id: newId('cli', NEW_YEAR),
  organization,
  name: 'Laboratory system',
  scopes: ['deposit', 'read'],
  createdAt: NEW_YEAR,
  expiresAt: null,
  revokedAt: null,
})

const drCole = (organization: string): StaffMember => ({
  id: newId('stf', NEW_YEAR),
  organization,
  address: 'cole@clinic.example',
  name: 'Dr. Cole',
  role: 'provider',
  createdAt: NEW_YEAR,
  disabledAt: null,
})

const CREDENTIALS = { apiKeyHash: 'key-hash', secretHash: 'secret-hash' }

const LARGE = { textSize: 'large', contrast: 'more', theme: 'dark' } as const

export function peopleContract(open: OpenStorage): void {
  describe('organizations', () => {
    const portal = eachWithStorage(open)

    test('are found by id, and not when unknown', async () => {
      const organization = organizationNamed('North Clinic')
      await portal.store.transaction(tx => tx.organizations.add(organization))
      expect(await portal.store.read(tx => tx.organizations.find(organization.id))).toEqual(organization)
      expect(await portal.store.read(tx => tx.organizations.find('org_unknown'))).toBeNull()
      const changed = { ...organization, phone: '+1 555 0199', answersWithinDays: 3 }
      const change = (one: typeof changed) => portal.store.transaction(tx => tx.organizations.change(one))
      expect(await change(changed)).toBe(true)
      expect(await portal.store.read(tx => tx.organizations.find(organization.id))).toEqual(changed)
      expect(await change({ ...changed, id: 'org_unknown' })).toBe(false)
    })

    test('are alone, or are not', async () => {
      const only = () => portal.store.read(tx => tx.organizations.only())
      expect(await only()).toBeNull()
      const north = organizationNamed('North Clinic')
      await portal.store.transaction(tx => tx.organizations.add(north))
      expect(await only()).toEqual(north)
      await portal.store.transaction(tx => tx.organizations.add(organizationNamed('South Clinic')))
      expect(await only()).toBeNull()
    })
  })

  describe('clients', () => {
    const portal = eachWithStorage(open)
    const oneClient = async () => {
      const { organization } = await clinic(portal.store)
      const client = clientIn(organization.id)
      await portal.store.transaction(tx => tx.clients.add(client, CREDENTIALS))
      return client
    }

    test('are found by id, by key and in their organization', async () => {
      const client = await oneClient()
      await portal.store.read(async tx => {
        expect(await tx.clients.find(client.id)).toEqual(client)
        expect(await tx.clients.findByApiKeyHash('key-hash')).toEqual(client)
        expect(await tx.clients.list(client.organization)).toEqual([client])
        expect(await tx.clients.secretHash(client.id)).toBe('secret-hash')
        expect(await tx.clients.findByApiKeyHash('another')).toBeNull()
        expect(await tx.clients.list('org_other')).toEqual([])
        expect(await tx.clients.secretHash('cli_unknown')).toBeNull()
      })
    })

    test('get new credentials, and the old ones lead nowhere', async () => {
      const client = await oneClient()
      const replaced = { apiKeyHash: 'key-2', secretHash: 'secret-2' }
      expect(await portal.store.transaction(tx => tx.clients.replaceCredentials(client.id, replaced))).toBe(2)
      await portal.store.read(async tx => {
        expect(await tx.clients.findByApiKeyHash('key-hash')).toBeNull()
        expect(await tx.clients.findByApiKeyHash('key-2')).toEqual(client)
        expect(await tx.clients.secretHash(client.id)).toBe('secret-2')
      })
    })

    test('are revoked once, and get no credentials after', async () => {
      const client = await oneClient()
      await portal.store.transaction(async tx => {
        expect(await tx.clients.revoke(client.id, NEW_YEAR + 1)).toBe(2)
        expect(await tx.clients.revoke(client.id, NEW_YEAR + 2)).toBeNull()
        expect(await tx.clients.replaceCredentials(client.id, { apiKeyHash: 'key-2', secretHash: 'secret-2' })).toBeNull()
      })
      expect((await portal.store.read(tx => tx.clients.find(client.id)))?.revokedAt).toBe(NEW_YEAR + 1)
    })

    test('use a token until it expires, and remember it once', async () => {
      const client = await oneClient()
      const token = { hash: 'token', client: client.id, scopes: ['read'], expiresAt: NEW_YEAR + minutes(10) }
      await portal.store.transaction(tx => tx.clients.addAccessToken(token))
      expect(await refusal(portal.store.transaction(tx => tx.clients.addAccessToken(token)))).toBe('conflict')
      await portal.store.read(async tx => {
        const found = await tx.clients.findAccessToken('token', NEW_YEAR)
        expect(found).toEqual({ client: client.id, scopes: ['read'] })
        expect(await tx.clients.findAccessToken('token', NEW_YEAR + minutes(10))).toBeNull()
      })
    })
  })

  describe('staff', () => {
    const portal = eachWithStorage(open)

    test('are found by address in every organization, and disabled once', async () => {
      const north = await clinic(portal.store)
      const south = await clinic(portal.store, 'South Clinic')
      const members = [drCole(north.organization.id), drCole(south.organization.id)]
      await portal.store.transaction(async tx => {
        for (const member of members) await tx.staff.add(member)
        expect(await tx.staff.disable(members[0]!.id, NEW_YEAR + 1)).toBe(true)
        expect(await tx.staff.disable(members[0]!.id, NEW_YEAR + 2)).toBe(false)
      })
      await portal.store.read(async tx => {
        const found = await tx.staff.findByAddress('cole@clinic.example')
        expect(found.map(({ id }) => id).sort()).toEqual(members.map(({ id }) => id).sort())
        expect(await tx.staff.list(south.organization.id)).toEqual([members[1]])
        expect(await tx.staff.list(south.organization.id, 'provider')).toEqual([members[1]])
        expect(await tx.staff.list(south.organization.id, 'compliance')).toEqual([])
        expect(await tx.staff.find(members[0]!.id)).toEqual({ ...members[0], disabledAt: NEW_YEAR + 1 })
        expect(await tx.staff.findByAddress('nobody@clinic.example')).toEqual([])
      })
    })
  })

  describe('recipients', () => {
    const portal = eachWithStorage(open)

    test('are one for each address in an organization, and found across organizations, newest first', async () => {
      const north = await clinic(portal.store)
      const south = await clinic(portal.store, 'South Clinic')
      await portal.store.read(async tx => {
        expect(await tx.recipients.find(north.ada.id)).toEqual(north.ada)
        const both = await tx.recipients.findMany([south.ada.id, 'rcp_unknown', north.ada.id])
        expect(new Map(both.map(one => [one.id, one]))).toEqual(new Map([north.ada, south.ada].map(one => [one.id, one])))
        expect(await tx.recipients.findMany([])).toEqual([])
        expect(await tx.recipients.findInOrganization(north.organization.id, 'ada@example.com')).toEqual(north.ada)
        expect(await tx.recipients.findInOrganization(south.organization.id, 'bo@example.com')).toBeNull()
        const everywhere = await tx.recipients.findByAddress('ada@example.com')
        expect(everywhere.map(({ id }) => id)).toEqual([north.ada.id, south.ada.id].sort().reverse())
      })
      await expect(portal.store.transaction(tx => tx.recipients.add(recipientIn(north.organization.id)))).rejects.toThrow()
    })

    test('have chosen nothing when they are added, as those of an earlier release', async () => {
      const { organization } = await clinic(portal.store)
      const { id, address, name, createdAt, confirmedAt } = recipientIn(organization.id, 'ben@example.com', 'Ben Okoro')
      const bare = { id, organization: organization.id, address, name, createdAt, confirmedAt, language: 'en' }
      const unsaid = { choseLanguage: false, timeZone: null, display: null, wantsReminders: true }
      expect(await portal.store.transaction(tx => tx.recipients.add(bare))).toEqual({ ...bare, ...unsaid })
      expect(await portal.store.read(tx => tx.recipients.find(id))).toEqual({ ...bare, ...unsaid })
    })

    test('keep what they chose, and are confirmed once', async () => {
      const { ada } = await clinic(portal.store)
      await portal.store.transaction(async tx => {
        expect(await tx.recipients.prefer(ada.id, { language: 'en', choseLanguage: true })).toBe(true)
        expect(await tx.recipients.prefer(ada.id, { timeZone: 'Europe/Berlin', wantsReminders: false })).toBe(true)
        expect(await tx.recipients.confirm(ada.id, NEW_YEAR + 1)).toBe(true)
        expect(await tx.recipients.confirm(ada.id, NEW_YEAR + 2)).toBe(false)
        expect(await tx.recipients.prefer(ada.id, { display: LARGE })).toBe(true)
        expect(await tx.recipients.prefer('rcp_unknown', { language: 'en' })).toBe(false)
      })
      const words = { language: 'en', choseLanguage: true, timeZone: 'Europe/Berlin' }
      const chosen = { ...words, display: LARGE, wantsReminders: false, confirmedAt: NEW_YEAR + 1 }
      expect(await portal.store.read(tx => tx.recipients.find(ada.id))).toEqual({ ...ada, ...chosen })
    })
  })
}
