import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ACTS_A_MINUTE } from '../../server/sign-in/network-limit.ts'
import { minutes, seconds } from '../../server/time.ts'
import { totpCode } from '../support/clinic.ts'
import { type FormVisitor, formVisitor } from '../support/form-visitor.ts'
import { admin } from '../support/postgres-database.ts'
import { type PostgresServer, startPostgres } from '../support/postgres-server.ts'
import {
  complaintsOf,
  ORIGIN,
  type PortalProcess,
  pauseWhileWriting,
  type Sender,
  type SeveralProcesses,
  senderAt,
  severalProcesses,
  steadyDeposits,
  until,
  wholeTrail,
} from '../support/several-processes.ts'
import { type SmtpServer, startSmtp } from '../support/smtp-server.ts'

// Two processes that answer and two that do the portal's own work, on one PostgreSQL. The tests share them: starting them takes longer
// than most of what is asked of them. The server is the tests' own, because one of them kills it.
let postgres: PostgresServer
let smtp: SmtpServer
let portal: SeveralProcesses
let webs: PortalProcess[]
let jobs: PortalProcess[]
let sender: Sender

/** With patience for a machine that is busy with other things. */
const promise = (name: string, work: () => Promise<void>) => test(name, { timeout: 120_000 }, work)

const both = <T>(work: (which: number) => Promise<T>): Promise<T[]> => Promise.all([0, 1].map(work))
const startJobs = () => both(() => portal.start('jobs'))

beforeAll(async () => {
  const started = await Promise.all([startPostgres(), startSmtp({ behaviour: 'accept', tls: 'none' })])
  postgres = started[0]
  smtp = started[1]
  portal = await severalProcesses({ DATABASE_URL: postgres.url, SMTP_URL: smtp.url, PORTAL_PROXIES: '127.0.0.1' })
  webs = await both(() => portal.start('web'))
  sender = await senderAt(webs[0]!)
  jobs = await startJobs()
}, 180_000)
afterAll(async () => {
  await portal?.stop()
  await Promise.all([smtp?.stop(), postgres?.remove()])
})

const lettersTo = async (address: string) => (await smtp.received()).filter(({ to }) => to.includes(address))
const entries = (action: string) =>
  admin<{ object: string }>(postgres.url, `select object from trail_entries where action = '${action}' order by object`)
/** So many at each of the two, all at once; `which` says at which. */
const atBoth = <T>(count: number, work: (web: PortalProcess, which: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: 2 * count }, (_, i) => work(webs[i % 2]!, i % 2)))

promise('processes that start at once on an empty database make its tables and keys once', async () => {
  const keysAt = async (web: PortalProcess) => (await (await fetch(`${web.address}/.well-known/jwks.json`)).json()).keys
  expect(await keysAt(webs[0]!)).toHaveLength(2)
  expect(await keysAt(webs[1]!)).toEqual(await keysAt(webs[0]!))
  expect(await entries('key.created')).toHaveLength(2)
  expect([...webs, ...jobs].flatMap(complaintsOf)).toEqual([])
})

promise('one key sent to both at once, many times, makes one message and has one answer', async () => {
  const key = randomUUID()
  const answers = await atBoth(12, web => sender.deposits(web, key, { email: 'cara@example.com' }))
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
  const kept = await sender.kept(webs[1]!, key)
  expect(kept.map(({ messages }) => messages.length)).toEqual([1])
  await until(async () => (await lettersTo('cara@example.com')).length === 1)
})

const PASSPHRASE = 'seven grey pigeons on a roof'
const BEN = 'ben@example.com'
const [A, B] = [0, 1]
const at = (which: number) => webs[which]!.address

/** Shows address and passphrase at one process each; the code comes next. */
async function halfSignedIn(first: number, second: number): Promise<FormVisitor> {
  const visitor = formVisitor(ORIGIN)
  await visitor.sends(at(first), '/sign-in', { address: BEN })
  expect((await visitor.sends(at(second), '/sign-in/passphrase', { passphrase: PASSPHRASE })).location).toContain(
    '/sign-in/app-code',
  )
  return visitor
}

const isSignedIn = async (visitor: FormVisitor, which: number) => (await visitor.looks(at(which), '/messages')).status === 200

/** A code that is shown to both at once, three times each; says who was let in. */
async function shownToBoth(page: string, code: string): Promise<FormVisitor> {
  const visitors = await both(which => halfSignedIn(which, 1 - which))
  const tries = await atBoth(3, async (_, which) => {
    const visitor = visitors[which]!.twin()
    return { visitor, answered: await visitor.sends(at(which), page, { code }) }
  })
  const let_in = tries.filter(({ answered }) => answered.session !== null)
  expect(let_in, `${page}: one of six`).toHaveLength(1)
  return let_in[0]!.visitor
}

promise('codes count once wherever they are shown; a session holds at every process and ends at every process', async () => {
  await sender.deposits(webs[A]!, randomUUID(), { email: BEN })
  const first = formVisitor(ORIGIN)
  await first.sends(at(A), '/sign-in', { address: BEN })
  await first.sends(at(B), '/sign-in/code', { intent: 'send' })
  const codes = async () =>
    (await lettersTo(BEN)).map(({ raw }) => /^\s*(\d{6})\s*$/m.exec(raw)?.[1]).filter(code => code !== undefined)
  await until(async () => (await codes()).length === 1)
  const [code = ''] = await codes()
  const shown = await atBoth(3, async (_, which) => {
    const visitor = first.twin()
    return { visitor, answered: await visitor.sends(at(which), '/sign-in/code', { code }) }
  })
  const proven = shown.filter(({ answered }) => answered.session !== null)
  expect(proven, 'the mailbox code, one of six').toHaveLength(1)

  const { visitor: ben } = proven[0]!
  await ben.sends(at(B), '/enrol/passphrase?with=app', { passphrase: PASSPHRASE })
  const [, groups = ''] = /class="secret">([^<]+)</.exec((await ben.looks(at(A), '/enrol/app')).html)!
  const appCode = (moment: number) => totpCode(groups, moment)
  // The code of just before, so that the one of now is still unused.
  const enrolled = await ben.sends(at(B), '/enrol/app', { code: await appCode(Date.now() - seconds(30)) })
  const printed = [...enrolled.html.matchAll(/<code>([^<]+)<\/code>/g)].map(([, one]) => one!)

  const byApp = await shownToBoth('/sign-in/app-code', await appCode(Date.now()))
  const byPaper = await shownToBoth('/sign-in/printed-code', printed[0]!)
  for (const visitor of [ben, byApp, byPaper]) expect(await both(which => isSignedIn(visitor, which))).toEqual([true, true])

  // Each request asks the database who it is from: nothing is remembered that could outlive the session.
  const left = byApp.twin()
  await byApp.sends(at(B), '/sign-out')
  expect(await isSignedIn(left, A)).toBe(false)
  const elsewhere = ben.twin()
  await byPaper.sends(at(A), '/enrol/passphrase?with=account', { passphrase: 'eight green herons in a pond' })
  expect(await isSignedIn(elsewhere, B)).toBe(false)
  const here = byPaper.twin()
  await byPaper.sends(at(B), '/account/sign-out-everywhere')
  expect(await isSignedIn(here, A)).toBe(false)
})

promise('wrong tries are counted together, at whichever process they were made', async () => {
  const visitor = formVisitor(ORIGIN)
  await visitor.sends(at(A), '/sign-in', { address: 'dana@example.com' })
  const tries: number[] = []
  for (let i = 0; i < 6; i++)
    tries.push((await visitor.sends(at(i % 2), '/sign-in/passphrase', { passphrase: 'a wrong one' })).status)
  expect(tries).toEqual([422, 422, 422, 422, 422, 429])
  expect((await visitor.sends(at(A), '/sign-in/passphrase', { passphrase: 'a wrong one' })).status).toBe(429)
})

promise('what one network does is counted together, at whichever process it arrives', async () => {
  const tries = async (network: string) => {
    const headers = { origin: ORIGIN, 'x-forwarded-for': network, 'content-type': 'application/x-www-form-urlencoded' }
    const act = (web: PortalProcess) =>
      fetch(`${web.address}/sign-in`, { method: 'POST', headers, body: 'address=a', redirect: 'manual' })
    const begun = minuteOf(Date.now())
    const statuses = await atBoth(0.75 * ACTS_A_MINUTE, async web => (await act(web)).status)
    return minuteOf(Date.now()) === begun ? statuses : null
  }
  // Where a minute ended in between, its count did too: with another network, again.
  const statuses = (await tries('203.0.113.7')) ?? (await tries('203.0.113.8')) ?? []
  expect(statuses.filter(status => status !== 429)).toHaveLength(ACTS_A_MINUTE)
})
const minuteOf = (moment: number) => Math.floor(moment / minutes(1))

promise('a process that is stopped while it hands over a letter loses it to the other, and does not count it again', async () => {
  const [stopped, other] = jobs as [PortalProcess, PortalProcess]
  other.pause()
  await smtp.behave({ behaviour: 'hold-at-data', times: 1 })
  const { messages } = await sender.deposits(webs[A]!, randomUUID(), { email: 'finn@example.com' })
  await until(async () => (await lettersTo('finn@example.com')).length === 1)
  stopped.pause()
  // As if its two minutes had passed.
  await admin(postgres.url, `update outbox set claimed_until = 1 where message = '${messages[0]!.id}'`)
  other.resume()
  await until(async () => (await lettersTo('finn@example.com')).length === 2)
  const letter = async () =>
    (
      await admin<{ id: string; state: string; attempts: number; settled_at: string }>(
        postgres.url,
        `select id, state, attempts, settled_at from outbox where message = '${messages[0]!.id}'`,
      )
    )[0]!
  await until(async () => (await letter()).state === 'sent')
  const settled = await letter()
  stopped.resume()
  await smtp.release()
  await until(() => stopped.output().includes(`"letter":"${settled.id}"`))
  expect(await letter()).toEqual(settled)
  const [one, two] = (await lettersTo('finn@example.com')).map(({ raw }) => /^Message-ID: (\S+)/im.exec(raw)?.[1])
  expect(one).toBe(two)
  expect((await entries('notice.sent')).filter(({ object }) => object === messages[0]!.id)).toHaveLength(1)
  expect(complaintsOf(stopped)).toEqual([])
})

promise('a process that is stopped in the middle of writing holds up the others for seconds, and goes on after it', async () => {
  const [stopped, other] = webs as [PortalProcess, PortalProcess]
  const { acknowledged, others, end } = steadyDeposits(sender, stopped, 8)
  await pauseWhileWriting(stopped, postgres.url)
  await sender.deposits(other)
  stopped.resume()
  const enough = acknowledged.length + 10
  await until(() => acknowledged.length >= enough)
  await end()
  expect([...new Set(others.values())]).toEqual([503])
  for (const key of others.keys()) {
    await sender.deposits(stopped, key)
    expect(await sender.kept(other, key)).toHaveLength(1)
  }
})

promise(
  'of a process that is killed under load nothing acknowledged is lost, nothing is doubled, and the others go on',
  async () => {
    const [killed, other] = webs as [PortalProcess, PortalProcess]
    const dying = steadyDeposits(sender, killed, 6)
    const living = steadyDeposits(sender, other, 2)
    await until(() => dying.acknowledged.length >= 30)
    await killed.kill()
    await dying.end()
    const enough = living.acknowledged.length + 10
    await until(() => living.acknowledged.length >= enough)
    await living.end()
    expect([...living.others.values()]).toEqual([])

    const stored = async (keys: string[]) =>
      (await Promise.all(keys.map(key => sender.kept(other, key)))).map(kept => kept.length)
    expect(await stored(dying.acknowledged)).toEqual(dying.acknowledged.map(() => 1))
    const unanswered = [...dying.others.keys()]
    expect(unanswered.length).toBeGreaterThan(0)
    await Promise.all(unanswered.map(key => sender.deposits(other, key)))
    expect(await stored(unanswered)).toEqual(unanswered.map(() => 1))
    webs[A] = await portal.start('web')
    await sender.deposits(webs[A])
  },
)

promise(
  'two that begin at once with all that waits send each letter once, mark what expired once, and complain of nothing',
  async () => {
    // Both sign the trail as they end.
    await Promise.all(jobs.map(process => process.stop()))
    const soon = new Date(Date.now() + seconds(2)).toISOString()
    const expiring = await atBoth(8, web => sender.deposits(web, randomUUID(), { expiresAt: soon }))
    const addresses = Array.from({ length: 40 }, (_, i) => `patient${i}@example.com`)
    await Promise.all(addresses.map((email, i) => sender.deposits(webs[i % 2]!, randomUUID(), { email })))
    await until(() => Date.now() > Date.parse(soon))
    jobs = await startJobs()

    const ids = expiring.map(({ messages }) => messages[0]!.id).sort()
    await until(async () => (await entries('message.expired')).length >= ids.length)
    const counts = async () => {
      const letters = await smtp.received()
      return addresses.map(address => letters.filter(({ to }) => to.includes(address)).length)
    }
    await until(async () => (await counts()).every(count => count > 0))
    await Promise.all(jobs.map(process => process.stop()))
    expect(await entries('message.expired')).toEqual(ids.map(object => ({ object })))
    expect(await counts()).toEqual(addresses.map(() => 1))
    expect(jobs.flatMap(complaintsOf)).toEqual([])
    jobs = await startJobs()
  },
)

promise(
  'a database that is killed makes all of them unready; when it is back, they go on without being started anew',
  async () => {
    const ready = async ({ address }: PortalProcess) => (await fetch(`${address}/readyz`)).status
    const all = [...webs, ...jobs]
    expect(await Promise.all(all.map(ready))).toEqual([200, 200, 200, 200])
    await postgres.kill()
    expect(await Promise.all(all.map(ready))).toEqual([503, 503, 503, 503])
    expect((await sender.sends(webs[A]!, randomUUID())).status).toBe(503)
    await postgres.start()
    for (const process of all) await until(async () => (await ready(process)) === 200)
    await atBoth(1, (web, which) => sender.deposits(web, randomUUID(), { email: `after${which}@example.com` }))
    for (const which of [A, B]) await until(async () => (await lettersTo(`after${which}@example.com`)).length === 1)
  },
)

promise('after all of that the whole trail is proven, by every checkpoint that either of the two has signed', async () => {
  await Promise.all(jobs.map(process => process.stop()))
  expect(await wholeTrail(portal, webs[A]!)).toMatchObject({ ok: true, problems: [] })
})
