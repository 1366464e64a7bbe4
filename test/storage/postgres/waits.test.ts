import { randomUUID } from 'node:crypto'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createPortal } from '../../../server/portal.ts'
import { openStorage } from '../../../storage/index.ts'
import { type Deposited, depositRequest } from '../../support/clinic.ts'
import { afterTest } from '../../support/closing.ts'
import { clinicPortal } from '../../support/people.ts'
import { ROOT_KEY } from '../../support/storage.ts'

/** Longer than statements that belong together need to leave one after the other. */
const FAR_MILLISECONDS = 10

/** The way to a database that is far: answers come late, so that what was sent without waiting for one is told from what waited. */
async function farLine(url: string) {
  const { port, hostname } = new URL(url)
  const sockets = new Set<Socket>()
  const counted = { waits: 0 }
  const server = createServer(near => {
    const far = connect(Number(port), hostname)
    let isAnswered = true
    let answer: Buffer[] = []
    near.on('data', bytes => {
      if (isAnswered) counted.waits++
      isAnswered = false
      far.write(bytes)
    })
    far.on('data', bytes => {
      if (answer.push(bytes) > 1) return
      setTimeout(() => {
        isAnswered = true
        near.write(Buffer.concat(answer))
        answer = []
      }, FAR_MILLISECONDS)
    })
    near.on('close', () => far.end())
    far.on('close', () => near.destroy())
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const over = new URL(url)
  over.port = String((server.address() as { port: number }).port)
  const close = () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
  return { url: over.href, counted, close }
}

// Not how long anything takes: how often the database is waited for. Each wait in a writing transaction is one for all other writers.
test('what is done most often waits for the database no oftener than it must', { timeout: 120_000 }, async () => {
  const clinic = await clinicPortal({ engine: 'postgres' })
  const ada = clinic.patient('Ada Lopez')
  await clinic.deposits('Welcome', [ada])
  const reader = await ada.signsIn()
  const line = await farLine(clinic.storage.url)
  const options = { url: line.url, dataDirectory: clinic.storage.directory, rootKey: ROOT_KEY, now: clinic.clock.read() }
  const store = await openStorage(options)
  afterTest(async () => {
    await store.close()
    line.close()
  })
  const portal = createPortal({ ...clinic.parts, store })

  const deposit = async (): Promise<Deposited> => {
    const key = { key: randomUUID(), bodyHash: randomUUID() }
    const { answer } = await portal.deposit(clinic.gateway, depositRequest('Result', [ada]), key)
    return JSON.parse(answer) as Deposited
  }
  const waits = async (work: () => Promise<unknown>): Promise<number> => {
    await work() // connections are made, statements prepared
    await pause(3 * FAR_MILLISECONDS) // the end of a read is not waited for
    line.counted.waits = 0
    await work()
    await pause(3 * FAR_MILLISECONDS)
    return line.counted.waits
  }

  const made = [await deposit(), await deposit()]
  const messages = made.map(({ messages: [message] }) => message!.id)
  const unopened = [...messages]
  expect(await waits(deposit)).toBeLessThanOrEqual(10)
  expect(await waits(() => portal.openMessage(reader, unopened.shift()!))).toBeLessThanOrEqual(7)
  expect(await waits(() => portal.reply(reader, messages[0]!, { text: 'Thank you.', files: [] }))).toBeLessThanOrEqual(9)
  expect(await waits(() => portal.listMessages(reader, { limit: 50 }))).toBeLessThanOrEqual(6)
  expect(await waits(() => portal.listDeposits({ client: clinic.gateway }, { limit: 50 }))).toBeLessThanOrEqual(9)
})
