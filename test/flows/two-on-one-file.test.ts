import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  complaintsOf,
  type PortalProcess,
  type Sender,
  type SeveralProcesses,
  senderAt,
  severalProcesses,
  steadyDeposits,
  until,
  wholeTrail,
} from '../support/several-processes.ts'

// Two whole processes, each with both roles, on one SQLite file: nobody is advised to, but a second one may be started by mistake, or
// while the first is being replaced, and must do no harm.
let portal: SeveralProcesses
let two: PortalProcess[]
let sender: Sender

beforeAll(async () => {
  portal = await severalProcesses({})
  two = await Promise.all([portal.start('all'), portal.start('all')])
  sender = await senderAt(two[0]!)
}, 180_000)
afterAll(() => portal.stop())

const lettersTo = async (address: string) => {
  const letters = (await (await fetch(`${two[0]!.address}/dev/mailbox.json`)).json()) as { to: string }[]
  return letters.filter(({ to }) => to === address)
}

test('two processes on one file make one message of one key, send each letter once, and sign one trail', async () => {
  const key = randomUUID()
  const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => sender.deposits(two[i % 2]!, key)))
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1)

  const loads = two.map(process => steadyDeposits(sender, process, 4))
  await until(() => loads.every(({ acknowledged }) => acknowledged.length >= 20))
  await Promise.all(loads.map(({ end }) => end()))
  expect(loads.flatMap(({ others }) => [...others.values()])).toEqual([])
  for (const [i, { acknowledged }] of loads.entries())
    for (const one of acknowledged) expect(await sender.kept(two[1 - i]!, one)).toHaveLength(1)

  const addresses = Array.from({ length: 30 }, (_, i) => `patient${i}@example.com`)
  await Promise.all(addresses.map((email, i) => sender.deposits(two[i % 2]!, randomUUID(), { email })))
  const counts = async () => (await Promise.all(addresses.map(lettersTo))).map(letters => letters.length)
  await until(async () => (await counts()).every(count => count > 0))
  await two[1]!.stop()
  expect(await counts()).toEqual(addresses.map(() => 1))
  expect(two.flatMap(complaintsOf)).toEqual([])

  expect(await wholeTrail(portal, two[0]!)).toMatchObject({ ok: true, problems: [] })
}, 120_000)

test('a process that is told to stop answers what it has taken, keeps nothing that it does not answer, and does not wait for its clients', async () => {
  const replaced = await portal.start('web')
  const load = steadyDeposits(sender, replaced, 8)
  await until(() => load.acknowledged.length >= 20)
  await replaced.stop()
  await load.end()
  // All that went wrong is that a connection could not be made.
  expect(load.others.size).toBe(8)
  for (const [key, status] of load.others) {
    expect(status).toBeNull()
    expect(await sender.kept(two[0]!, key)).toEqual([])
  }
  for (const key of load.acknowledged.slice(-8)) expect(await sender.kept(two[0]!, key)).toHaveLength(1)
}, 120_000)
