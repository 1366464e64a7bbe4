import { beforeAll, expect, test } from 'vitest'
import { en } from '../../app/language/en.ts'
import { tellWait } from '../../app/language/wait.ts'
import { ACTS_A_MINUTE } from '../../server/sign-in/network-limit.ts'
import type { RunningServer } from '../support/launch.ts'
import { startServer } from '../support/server.ts'

let server: RunningServer
beforeAll(async () => {
  server = await startServer({ PORTAL_SEED: 'off', PORTAL_PROXIES: '127.0.0.1' })
})

const post = (network: string) =>
  fetch(`${server.origin}/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: server.origin, 'x-forwarded-for': network, 'content-type': 'application/x-www-form-urlencoded' },
    body: 'address=ada%40example.com',
  })

test('a network that tries too often is asked to wait, on a page; the next network signs in as ever', async () => {
  // Twice the limit, so that a minute that ends meanwhile changes nothing.
  const answers = await Promise.all(Array.from({ length: 2 * ACTS_A_MINUTE + 1 }, () => post('203.0.113.7')))
  const refused = answers.find(({ status }) => status === 429)
  expect(refused, 'somebody was asked to wait').toBeDefined()
  const wait = Number(refused!.headers.get('retry-after'))
  expect(wait, 'the rest of this minute').toBeGreaterThan(0)
  expect(wait).toBeLessThanOrEqual(60)
  expect(await refused!.text()).toContain(en.notNow.too_many_requests!(tellWait(wait, en)))
  expect((await post('203.0.113.8')).status).not.toBe(429)
})
