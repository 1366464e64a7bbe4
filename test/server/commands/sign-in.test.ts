import { expect, test } from 'vitest'
import { newId } from '../../../server/ids.ts'
import type { Store } from '../../../server/store.ts'
import { atATerminal } from './at-a-terminal.ts'
import { inside } from './inside.ts'

const ADA = { name: 'Ada Lopez', address: 'ada@example.com', language: 'en', timeZone: null, confirmedAt: null }

/** A clinic with Ada, whose ways in were tried this often. */
async function withAda() {
  const terminal = await atATerminal()
  const { id: organization } = await terminal.answer('organization', 'create', '--name', 'North Clinic')
  const ada = newId('rcp', 0)
  const change = (work: Parameters<Store['transaction']>[0]) => inside(terminal.env, store => store.transaction(work))
  await change(tx => tx.recipients.add({ ...ADA, id: ada, organization: organization!, createdAt: 0 }))
  return {
    ...terminal,
    organization: organization!,
    ada,
    tried: (factor: string, times: number, isOff = false) =>
      change(async tx => {
        const subject = factor === 'confirmation' ? ada : tx.signIn.subjectOf(ADA.address)
        for (let i = 0; i < times; i++) await tx.signIn.attempts.fail(subject, factor, 0)
        if (isOff) await tx.signIn.attempts.disable(subject, factor, 0)
      }),
    reopen: (email: string, where = organization!) =>
      terminal.portal('sign-in', 'reopen', '--organization', where, '--email', email),
    entries: () =>
      inside(terminal.env, async store => {
        const rows = await store.read(tx => tx.trail.entries(0, 100))
        const all = rows.map(row => JSON.parse(Buffer.from(row.bytes).toString()))
        return all.filter(({ action }) => action === 'sign_in.reopened')
      }),
    letters: () => inside(terminal.env, store => store.transaction(tx => tx.outbox.claim(4e12, 4e12 + 1, 10))),
  }
}

test('the desk reopens what was switched off or slowed down: it says what, the trail knows it, and the person is told', async () => {
  const { ada, tried, reopen, entries, letters, env } = await withAda()
  await tried('passphrase', 20, true)
  await tried('confirmation', 20, true)
  await tried('totp', 1)
  const { code, out, err } = await reopen('Ada@Example.com')
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out.split('\n')).toEqual([
    'Passphrase: 20 wrong tries are forgotten; it was switched off and can be used again.',
    'Authenticator app: 1 wrong try is forgotten.',
    'Activation code or birth date: 20 wrong tries are forgotten; it was switched off and can be used again.',
    '',
  ])
  await inside(env, store =>
    store.read(async tx => {
      const clean = { failures: 0, lastFailureAt: null, disabledAt: null }
      expect(await tx.signIn.attempts.get(tx.signIn.subjectOf(ADA.address), 'passphrase')).toEqual(clean)
      expect(await tx.signIn.attempts.get(tx.signIn.subjectOf(ADA.address), 'totp')).toEqual(clean)
      expect(await tx.signIn.attempts.get(ada, 'confirmation')).toEqual(clean)
    }),
  )
  const about = { object: ada, actor: { kind: 'operator', id: 'operator' } }
  expect(await entries()).toMatchObject([
    { ...about, detail: { factor: 'passphrase', failures: 20, wasOff: true } },
    { ...about, detail: { factor: 'totp', failures: 1, wasOff: false } },
    { ...about, detail: { factor: 'confirmation', failures: 20, wasOff: true } },
  ])
  const told = (await letters()).map(({ content }) => [content.to, content.values.change])
  expect(told).toEqual([['ada@example.com', 'way_in_switched_on']])
})

test('programs are told as JSON; a second time there is nothing to reopen', async () => {
  const { tried, answer, reopen, organization, entries } = await withAda()
  await tried('recovery_code', 20, true)
  const where = ['--organization', organization, '--email', ADA.address]
  const reopened = [{ factor: 'recovery_code', failures: 20, wasOff: true }]
  expect(await answer('sign-in', 'reopen', ...where)).toEqual({ reopened })
  expect(await answer('sign-in', 'reopen', ...where)).toEqual({ reopened: [] })
  expect((await reopen(ADA.address)).out).toBe('No wrong tries were counted: nothing had to be reopened.\n')
  expect(await entries()).toHaveLength(1)
})

test('an address that nobody there has is refused, and nothing is forgotten', async () => {
  const { tried, reopen, answer, entries, env } = await withAda()
  await tried('passphrase', 20, true)
  const { id: south } = await answer('organization', 'create', '--name', 'South Clinic')
  const nobody = 'portal sign-in reopen: Nobody in this organization has this address.\n'
  expect(await reopen('nobody@example.com')).toMatchObject({ code: 1, out: '', err: nobody })
  expect(await reopen(ADA.address, south!)).toMatchObject({ code: 1, out: '', err: nobody })
  const absent = 'portal sign-in reopen: There is no such organization.\n'
  expect(await reopen(ADA.address, 'org_x')).toMatchObject({ code: 1, out: '', err: absent })
  expect(await entries()).toEqual([])
  const { disabledAt } = await inside(env, store =>
    store.read(tx => tx.signIn.attempts.get(tx.signIn.subjectOf(ADA.address), 'passphrase')),
  )
  expect(disabledAt).toBe(0)
})
