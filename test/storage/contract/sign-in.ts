import { describe, expect, test } from 'vitest'
import { newId } from '../../../server/ids.ts'
import type { Factor, FactorKind, PersonRef, SignInRequest } from '../../../server/sign-in/store.ts'
import { minutes } from '../../../server/time.ts'
import { NEW_YEAR } from '../../support/storage.ts'
import { clinic } from '../kept.ts'
import { eachWithStorage, type OpenStorage } from './opened.ts'

const SOON = NEW_YEAR + minutes(10)
const FIFTY = Array.from({ length: 50 })

export function signInContract(open: OpenStorage): void {
  describe('signing in', () => {
    const portal = eachWithStorage(open)
    const person = async (): Promise<PersonRef> => {
      const { ada } = await clinic(portal.store)
      return { kind: 'recipient', id: ada.id, organization: ada.organization }
    }
    const factorOf = (whose: PersonRef, kind: FactorKind, more: Partial<Factor> = {}): Factor => ({
      ...{ id: newId('fac', NEW_YEAR), person: whose, kind, label: 'My phone', secret: 'JBSWY3DP' },
      ...{ createdAt: NEW_YEAR, lastUsedAt: null, counter: 0, ...more },
    })
    const requestFor = (whose: PersonRef | null, more: Partial<SignInRequest> = {}): SignInRequest => ({
      ...{ tokenHash: 'request', subject: 'subject', person: whose, locator: 'word', challenge: null, passphraseAt: null },
      ...{ address: 'ada@example.com', proven: [], mailboxAt: null },
      ...{ createdAt: NEW_YEAR, expiresAt: SOON, ...more },
    })
    const wins = async (tries: Promise<boolean>[]) => (await Promise.all(tries)).filter(Boolean).length

    test('a factor comes back as it was given, and is gone when removed', async () => {
      const ada = await person()
      const factor = factorOf(ada, 'totp')
      await portal.store.transaction(tx => tx.signIn.factors.add(factor))
      expect(await portal.store.read(tx => tx.signIn.factors.ofPerson(ada))).toEqual([factor])
      await portal.store.transaction(async tx => {
        expect(await tx.signIn.factors.replaceSecret(factor.id, 'new')).toBe(true)
        expect(await tx.signIn.factors.replaceSecret('fac_unknown', 'new')).toBe(false)
        await tx.signIn.factors.markUsed(factor.id, NEW_YEAR + 1)
      })
      const used = { ...factor, secret: 'new', lastUsedAt: NEW_YEAR + 1 }
      expect(await portal.store.read(tx => tx.signIn.factors.ofPerson(ada))).toEqual([used])
      await portal.store.transaction(async tx => {
        expect(await tx.signIn.factors.remove(factor.id)).toBe(true)
        expect(await tx.signIn.factors.remove(factor.id)).toBe(false)
      })
      expect(await portal.store.read(tx => tx.signIn.factors.ofPerson(ada))).toEqual([])
    })

    test('a passkey is found by its credential', async () => {
      const passkey = factorOf(await person(), 'passkey')
      await portal.store.transaction(tx => tx.signIn.factors.addPasskey(passkey, 'credential'))
      expect(await portal.store.read(tx => tx.signIn.factors.findPasskey('credential'))).toEqual(passkey)
      expect(await portal.store.read(tx => tx.signIn.factors.findPasskey('another'))).toBeNull()
    })

    test('the sign-ins of one person end together, with those that mean anybody of their address, and nobody else’s', async () => {
      const ada = await person()
      await portal.store.transaction(async tx => {
        await tx.signIn.requests.add(requestFor(ada))
        await tx.signIn.requests.add(requestFor({ ...ada, kind: 'staff' }, { tokenHash: 'staff' }))
        await tx.signIn.requests.add(requestFor(null, { tokenHash: 'address' }))
        await tx.signIn.requests.add(requestFor(null, { tokenHash: 'nobody', subject: 'another' }))
        expect(await tx.signIn.requests.removeAll(ada, 'subject')).toBe(2)
      })
      const left = await portal.store.read(tx =>
        Promise.all(['request', 'address', 'staff', 'nobody'].map(word => tx.signIn.requests.find(word, NEW_YEAR))),
      )
      expect(left.map(request => request?.tokenHash)).toEqual([undefined, undefined, 'staff', 'nobody'])
    })

    test('a time step counts once, and never an earlier one', async () => {
      const factor = factorOf(await person(), 'totp')
      await portal.store.transaction(tx => tx.signIn.factors.add(factor))
      const advance = (step: number) =>
        portal.store.transaction(tx => tx.signIn.factors.advanceCounter(factor.id, step, NEW_YEAR))
      expect(await wins(FIFTY.map(() => advance(7)))).toBe(1)
      expect(await advance(6)).toBe(false)
      expect(await advance(8)).toBe(true)
    })

    test('a printed code counts once, for its own person', async () => {
      const ada = await person()
      const bo: PersonRef = { ...ada, id: 'rcp_bo' }
      const spend = (whose: PersonRef, code: string) =>
        portal.store.transaction(tx => tx.signIn.printedCodes.spend(whose, code, NEW_YEAR))
      await portal.store.transaction(tx => tx.signIn.printedCodes.replace(ada, ['one', 'two', 'three'], NEW_YEAR))
      expect(await spend(bo, 'one')).toBe(false)
      expect(await wins(FIFTY.map(() => spend(ada, 'one')))).toBe(1)
      expect(await portal.store.read(tx => tx.signIn.printedCodes.remaining(ada))).toBe(2)
      await portal.store.transaction(tx => tx.signIn.printedCodes.replace(ada, ['four'], NEW_YEAR))
      expect(await spend(ada, 'two')).toBe(false)
      expect(await spend(ada, 'four')).toBe(true)
    })

    test('a browser is recognized for its own person, until it is forgotten', async () => {
      const ada = await person()
      const recognize = (whose: PersonRef, word: string, at: number) =>
        portal.store.transaction(tx => tx.signIn.devices.recognize(whose, word, at))
      expect(await recognize(ada, 'phone', NEW_YEAR)).toBe(false)
      expect(await recognize(ada, 'phone', NEW_YEAR + 1)).toBe(true)
      expect(await recognize({ ...ada, id: 'rcp_bo' }, 'phone', NEW_YEAR)).toBe(false)
      expect(await portal.store.transaction(tx => tx.signIn.devices.forget(NEW_YEAR + 1))).toBe(1)
      expect(await recognize(ada, 'phone', NEW_YEAR + 2)).toBe(true)
      // Of more than twenty those that were not seen for longest make room.
      for (let i = 0; i < 20; i++) await recognize(ada, `browser ${i}`, NEW_YEAR + 3 + i)
      expect(await recognize(ada, 'browser 0', NEW_YEAR + 30)).toBe(true)
      expect(await recognize(ada, 'phone', NEW_YEAR + 31)).toBe(false)
    })

    test('a request is found until it expires', async () => {
      const request = requestFor(await person())
      const find = (now: number) => portal.store.read(tx => tx.signIn.requests.find('request', now))
      await portal.store.transaction(tx => tx.signIn.requests.add(request))
      expect(await find(NEW_YEAR)).toEqual(request)
      expect(await find(SOON)).toBeNull()
      const proven = [{ person: await person(), factor: 'fac_one' }]
      await portal.store.transaction(tx => tx.signIn.requests.setPassphraseAt('request', NEW_YEAR + 1, proven))
      await portal.store.transaction(tx => tx.signIn.requests.setMailboxAt('request', NEW_YEAR + 2))
      expect(await find(NEW_YEAR)).toEqual({ ...request, passphraseAt: NEW_YEAR + 1, proven, mailboxAt: NEW_YEAR + 2 })
      expect(await portal.store.transaction(tx => tx.signIn.requests.removeExpired(SOON))).toBe(1)
      expect(await find(NEW_YEAR)).toBeNull()
    })

    test('a request of nobody we know is kept alike', async () => {
      const request = requestFor(null, { locator: null, address: null })
      await portal.store.transaction(tx => tx.signIn.requests.add(request))
      expect(await portal.store.read(tx => tx.signIn.requests.find('request', NEW_YEAR))).toEqual(request)
    })

    test('a challenge is handed out once', async () => {
      const request = requestFor(await person())
      await portal.store.transaction(async tx => {
        await tx.signIn.requests.add(request)
        await tx.signIn.requests.setChallenge('request', 'challenge')
      })
      const takes = FIFTY.map(() => portal.store.transaction(tx => tx.signIn.requests.takeChallenge('request')))
      expect((await Promise.all(takes)).filter(taken => taken !== null)).toEqual(['challenge'])
    })

    test('a mailbox code counts once, in time, and only the newest', async () => {
      await portal.store.transaction(tx => tx.signIn.requests.add(requestFor(null)))
      const put = (code: string, reference: string) => {
        const times = { createdAt: NEW_YEAR, expiresAt: SOON }
        return portal.store.transaction(tx => tx.signIn.mailboxCodes.put({ request: 'request', code, reference, ...times }))
      }
      const spend = (code: string, now = NEW_YEAR) =>
        portal.store.transaction(tx => tx.signIn.mailboxCodes.spend('request', code, now))
      await put('111111', 'AB')
      await put('222222', 'CD')
      expect(await portal.store.read(tx => tx.signIn.mailboxCodes.reference('request'))).toBe('CD')
      expect(await spend('111111')).toBe(false)
      expect(await spend('222222', SOON)).toBe(false)
      expect(await wins(FIFTY.map(() => spend('222222')))).toBe(1)
      expect(await portal.store.read(tx => tx.signIn.mailboxCodes.reference('unknown'))).toBeNull()
    })

    test('an enrolment keeps what was chosen, until it is proven or given up', async () => {
      const ada = await person()
      const pending = {
        tokenHash: 'session',
        person: ada,
        passphrase: '$argon2id$x',
        totpSecret: 'JBSWY3DP',
        challenge: 'c',
        createdAt: NEW_YEAR,
      }
      const find = () => portal.store.read(tx => tx.signIn.enrolments.find('session'))
      await portal.store.transaction(tx => tx.signIn.enrolments.put({ ...pending, totpSecret: null }))
      await portal.store.transaction(tx => tx.signIn.enrolments.put(pending))
      expect(await find()).toEqual(pending)
      const takes = FIFTY.map(() => portal.store.transaction(tx => tx.signIn.enrolments.takeChallenge('session')))
      expect((await Promise.all(takes)).filter(taken => taken !== null)).toEqual(['c'])
      expect(await portal.store.transaction(tx => tx.signIn.enrolments.removeStale(NEW_YEAR))).toBe(0)
      expect(await portal.store.transaction(tx => tx.signIn.enrolments.removeStale(NEW_YEAR + 1))).toBe(1)
      expect(await find()).toBeNull()
    })

    test('attempts are counted for each subject and factor', async () => {
      const get = (factor: string) => portal.store.read(tx => tx.signIn.attempts.get('subject', factor))
      const fails = FIFTY.map(() => portal.store.transaction(tx => tx.signIn.attempts.fail('subject', 'totp', NEW_YEAR)))
      expect((await Promise.all(fails)).sort((one, other) => one - other).at(-1)).toBe(50)
      await portal.store.transaction(tx => tx.signIn.attempts.disable('subject', 'totp', NEW_YEAR + 1))
      await portal.reopen()
      expect(await get('totp')).toEqual({ failures: 50, lastFailureAt: NEW_YEAR, disabledAt: NEW_YEAR + 1 })
      expect(await get('passkey')).toEqual({ failures: 0, lastFailureAt: null, disabledAt: null })
      await portal.store.transaction(tx => tx.signIn.attempts.clear('subject', 'totp'))
      expect((await get('totp')).failures).toBe(0)
    })

    test('an invitation counts once, in time', async () => {
      const invitation = { tokenHash: 'invitation', person: await person(), expiresAt: SOON }
      await portal.store.transaction(tx => tx.signIn.invitations.put(invitation))
      const find = (now: number) => portal.store.read(tx => tx.signIn.invitations.find('invitation', now))
      const spend = (now = NEW_YEAR) => portal.store.transaction(tx => tx.signIn.invitations.spend('invitation', now))
      expect(await find(NEW_YEAR)).toEqual(invitation.person)
      expect(await find(SOON)).toBeNull()
      expect(await spend(SOON)).toBe(false)
      expect(await wins(FIFTY.map(() => spend()))).toBe(1)
      expect(await find(NEW_YEAR)).toBeNull()
    })

    test('a recovery ends once; a person has one that runs, and its code and link find it', async () => {
      const ada = await person()
      const times = { startedAt: NEW_YEAR, opensAt: SOON, state: 'running', endedAt: null } as const
      const first = { id: 'rec_1', person: ada, cancelHash: 'first', ...times }
      const second = { ...first, id: 'rec_2', cancelHash: 'second' }
      const add = (recovery: typeof first) => portal.store.transaction(tx => tx.signIn.recoveries.add(recovery, 'CODE'))
      const running = () => portal.store.read(tx => tx.signIn.recoveries.running(ada))
      const wasStartedWith = (id: string, code: string) => portal.store.read(tx => tx.signIn.recoveries.wasStartedWith(id, code))
      const end = (id: string) => portal.store.transaction(tx => tx.signIn.recoveries.end(id, 'cancelled', SOON))
      await add(first)
      await expect(add(second)).rejects.toThrow()
      await portal.reopen()
      expect(await running()).toEqual(first)
      expect([await wasStartedWith('rec_1', 'CODE'), await wasStartedWith('rec_1', 'EDOC')]).toEqual([true, false])
      expect(await wins(FIFTY.map(() => end('rec_1')))).toBe(1)
      expect([await running(), await end('rec_9')]).toEqual([null, false])
      await add(second)
      await portal.store.read(async tx => {
        expect(await tx.signIn.recoveries.running(ada)).toEqual(second)
        expect(await tx.signIn.recoveries.running({ ...ada, kind: 'staff' })).toBeNull()
        const ended = { ...first, state: 'cancelled', endedAt: SOON }
        expect(await tx.signIn.recoveries.findByCancelHash('first')).toEqual(ended)
        expect(await tx.signIn.recoveries.findByCancelHash('third')).toBeNull()
      })
    })

    test('an address tells who has it, staff first, and whether they have a factor; nobody who is disabled', async () => {
      const ada = await person()
      const address = 'ada@example.com'
      const member = (id: string, organization: string) => ({
        ...{ id, organization, address, name: 'Ada Lopez' },
        role: 'provider' as const,
      })
      const { organization: south } = await clinic(portal.store, 'South Clinic', 'bo@example.com')
      await portal.store.transaction(async tx => {
        await tx.staff.add({ ...member('stf_1', ada.organization), createdAt: NEW_YEAR, disabledAt: null })
        await tx.staff.add({ ...member('stf_2', south.id), createdAt: NEW_YEAR, disabledAt: NEW_YEAR })
        await tx.signIn.factors.add(factorOf(ada, 'totp'))
        await tx.signIn.factors.add(factorOf(ada, 'passphrase'))
      })
      await portal.store.read(async tx => {
        const staff = { kind: 'staff', id: 'stf_1', organization: ada.organization }
        expect(await tx.signIn.peopleAt(address)).toEqual([
          { person: staff, hasFactors: false },
          { person: ada, hasFactors: true },
        ])
        expect(await tx.signIn.peopleAt('nobody@example.com')).toEqual([])
        expect((await tx.signIn.factors.ofPerson(ada, 'totp')).map(({ kind }) => kind)).toEqual(['totp'])
      })
    })

    test('an address has one subject, which does not show it', async () => {
      const subject = await portal.store.read(async tx => tx.signIn.subjectOf('ada@example.com'))
      await portal.reopen()
      expect(await portal.store.read(async tx => tx.signIn.subjectOf('ada@example.com'))).toBe(subject)
      expect(await portal.store.read(async tx => tx.signIn.subjectOf('bo@example.com'))).not.toBe(subject)
      expect(subject).not.toContain('ada')
    })
  })
}
