import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Demonstration, seedDemonstration } from '../../server/seed.ts'
import { authenticatorCode } from '../../server/sign-in/authenticator.ts'
import type { Reader, Staff } from '../../server/sign-in/visitor.ts'
import { startedOf } from '../support/clinic.ts'
import { testPortal } from '../support/portal.ts'

const TOP = resolve(import.meta.dirname, '../..')

let dataFolder: string
beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'restante-demo-'))
})
afterEach(() => rm(dataFolder, { recursive: true, force: true }))

async function seeded() {
  const portal = await testPortal()
  const demonstration = (await seedDemonstration(portal.parts, { dataFolder }))!
  return { ...portal, demonstration }
}

const person = ({ people }: Demonstration, name: string) => people.find(one => one.name === name)!

test('the demonstration has a message in every state that a patient or a sender can meet', async () => {
  const { portal, demonstration } = await seeded()
  const client = await portal.authenticateClient(`Bearer ${demonstration.client.apiKey}`)
  const cole = await signInStaff(portal, person(demonstration, 'Dr. Cole'))
  const ito = await signInStaff(portal, person(demonstration, 'Nurse Ito'))
  const deposits = await Promise.all(
    [{ client }, { staff: cole }, { staff: ito }].map(asking => portal.listDeposits(asking, { limit: 50 })),
  )
  const states = deposits.flat().flatMap(({ messages }) => messages.map(({ state }) => state))
  expect(new Set(states)).toEqual(new Set(['waiting', 'opened', 'expired', 'retracted']))
  const stages = deposits.flat().flatMap(({ messages }) => messages.flatMap(({ receipts }) => receipts.map(({ stage }) => stage)))
  expect(new Set(stages)).toEqual(new Set(['noticed', 'signed_in', 'opened', 'attachment_fetched', 'replied']))
  const replies = await portal.listReplies({ staff: cole }, { limit: 50 }, 'newest')
  expect(replies.map(({ from, isNew }) => [from, isNew])).toEqual([['Ada Lopez', true]])
})

test('Ada signs in with what the file says, and sees what waits, what she read and what was taken back', async () => {
  const { portal, demonstration } = await seeded()
  const { address, passphrase, printedCodes } = person(demonstration, 'Ada Lopez')
  const { requestToken } = await portal.beginSignIn({ address })
  await portal.enterPassphrase(requestToken, passphrase!)
  const { sessionToken } = await portal.enterPrintedCode(requestToken, printedCodes![0]!)
  const reader = (await portal.visitor(sessionToken)) as Reader
  const { lines } = await portal.listMessages(reader, { limit: 50 })
  expect(lines.map(({ state, isNew }) => `${state}${isNew ? ', new' : ''}`)).toContain('waiting, new')
  expect(lines.map(({ state }) => state)).toContain('retracted')
  expect(lines.map(({ state }) => state)).toContain('opened')
})

test('the first mail is the two notices of what waits, and Ben enrols with his and the code from the desk', async () => {
  const { portal, demonstration, mailbox, deliver } = await seeded()
  await deliver()
  expect(mailbox.mails.map(({ to }) => to).sort()).toEqual(['ada@example.com', 'ben@example.com'])
  const { address, activationCode } = person(demonstration, 'Ben Okafor')
  const { requestToken } = await portal.beginSignIn({ address })
  await portal.sendMailboxCode(requestToken)
  await deliver()
  const { sessionToken } = startedOf(await portal.enterMailboxCode(requestToken, mailbox.codeTo(address)))
  const ben = (await portal.visitor(sessionToken))!
  expect(await portal.enrolment(ben)).toMatchObject({ mayEnrol: false, needsConfirmation: 'code' })
  await portal.confirmPerson(ben, activationCode!)
  expect(await portal.enrolment(ben)).toMatchObject({ mayEnrol: true })
})

test('the compliance officer finds the whole story in the trail', async () => {
  const { portal, demonstration } = await seeded()
  const reyes = await signInStaff(portal, person(demonstration, 'Pat Reyes'))
  const { lines } = await portal.trail(reyes, {})
  const times = lines.map(({ at }) => at)
  expect(times).toEqual([...times].sort((a, b) => b - a))
  const all = new Set(lines.map(({ action }) => action))
  for (const action of ['message.deposited', 'message.retracted', 'message.expired']) expect(all).toContain(action)
})

test('seeding again changes nothing and tells the same', async () => {
  const { parts, demonstration } = await seeded()
  const before = await parts.store.read(tx => tx.trail.head())
  expect(await seedDemonstration(parts, { dataFolder })).toEqual(demonstration)
  expect((await parts.store.read(tx => tx.trail.head())).size).toBe(before.size)
})

test('a portal that somebody has begun to use is left alone', async () => {
  const { parts } = await testPortal()
  const organization = { id: 'org_1', name: 'West Clinic', phone: '', timeZone: 'UTC', namedInNotices: true, createdAt: 0 }
  await parts.store.transaction(tx => tx.organizations.add(organization))
  expect(await seedDemonstration(parts, { dataFolder })).toBe(null)
})

test('production is not seeded', async () => {
  const { parts } = await testPortal({ settings: { environment: 'production' } })
  await expect(seedDemonstration(parts, { dataFolder })).rejects.toMatchObject({ code: 'misconfigured' })
})

test('the credentials are for their owner’s eyes only, and every time they are others', async () => {
  const { demonstration } = await seeded()
  const file = join(dataFolder, 'demonstration.json')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(demonstration)
  for (const { howToSignIn, passphrase } of demonstration.people) expect(howToSignIn).toContain(passphrase ?? '7431-2209')
  const other = (await seeded()).demonstration
  expect(other.people.map(({ passphrase }) => passphrase)).not.toEqual(demonstration.people.map(({ passphrase }) => passphrase))
})

type TestPortalPortal = Awaited<ReturnType<typeof testPortal>>['portal']

async function signInStaff(
  portal: TestPortalPortal,
  { address, passphrase, totpKey }: Demonstration['people'][number],
): Promise<Staff> {
  const { requestToken } = await portal.beginSignIn({ address })
  await portal.enterPassphrase(requestToken, passphrase!)
  const { NEW_YEAR } = await import('../support/storage.ts')
  const { sessionToken } = await portal.enterTotp(requestToken, await authenticatorCode(totpKey!, NEW_YEAR))
  return (await portal.visitor(sessionToken)) as Staff
}

test('two programs that start at once on nothing play it once, and both know who lives in it', {
  timeout: 60_000,
}, async () => {
  const env = { PATH: process.env.PATH, PORTAL_DATA: dataFolder } as unknown as NodeJS.ProcessEnv
  const seed = () => promisify(execFile)(process.execPath, ['server/commands/main.ts', 'seed', '--json'], { cwd: TOP, env })
  const told = (await Promise.all([seed(), seed()])).map(({ stdout }) => JSON.parse(stdout))
  expect(told[1]).toEqual(told[0])
})

test('one that was killed while it played keeps nobody waiting', async () => {
  const { pid } = spawnSync('true')
  await writeFile(join(dataFolder, 'demonstration.json.turn'), String(pid))
  expect((await seeded()).demonstration.people).toHaveLength(5)
  expect(await readdir(dataFolder)).toEqual(['demonstration.json'])
})
