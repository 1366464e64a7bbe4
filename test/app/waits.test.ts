import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Portal } from '../../server/portal.ts'
import { startSession } from '../../server/sign-in/session.ts'
import { type ServedClinic, servedClinic } from './served.ts'

// What pages that are read all day cost beside what is on them: turns of two threads, and what the framework makes for scripts.

/** What pages asked the portal, and how often they waited for it: what is asked for together is waited for once. */
const asked = { calls: [] as string[], waits: 0, underWay: 0 }

const watched = (portal: Portal): Portal =>
  new Proxy(portal, {
    get:
      (_, name: keyof Portal) =>
      async (...given: unknown[]) => {
        asked.calls.push(name)
        if (asked.underWay === 0) asked.waits += 1
        asked.underWay += 1
        try {
          return await (portal[name] as (...given: unknown[]) => unknown)(...given)
        } finally {
          asked.underWay -= 1
        }
      },
  })

let clinic: ServedClinic
let message: string
let cookie: string
beforeAll(async () => {
  clinic = await servedClinic(undefined, watched)
  const ada = clinic.patient('Ada Lopez')
  const { messages } = await clinic.deposits('Your visit', [ada])
  message = messages[0]!.id
  const reader = await ada.signsIn()
  await clinic.portal.openMessage(reader, message)
  const { store } = clinic.storage
  cookie = `__Host-session=${await store.transaction(tx => startSession(tx, clinic.clock.read(), reader.person, 'full', 'passkey'))}`
})
afterAll(() => clinic.closeAll())

test.each([
  ['the list of messages', () => '/messages', ['visitor', 'listMessages', 'listDrafts', 'owesPrintedCodes']],
  ['older messages', () => `/messages?after=${message}`, ['visitor', 'listMessages']],
  ['an opened message', () => `/messages/${message}`, ['visitor', 'viewMessage']],
  ['the search', () => '/messages/search?found=yes', ['visitor', 'keptSearch', 'listSenders']],
  ['the settings', () => '/account', ['visitor', 'factors', 'owesPrintedCodes', 'sessions', 'enrolment']],
])('%s waits for the portal twice: for who asks, and for all that is on it', async (_, address, calls) => {
  Object.assign(asked, { calls: [], waits: 0 })
  const { status } = await fetch(clinic.origin + address(), { headers: { cookie } })
  expect([status, asked.calls, asked.waits]).toEqual([200, calls, 2])
})

test('a page is one piece that says how long it is, and tells no script what it was told', async () => {
  const answer = await fetch(`${clinic.origin}/messages`, { headers: { cookie } })
  const bytes = new Uint8Array(await answer.arrayBuffer())
  expect([Number(answer.headers.get('content-length')), answer.headers.get('transfer-encoding')]).toEqual([bytes.length, null])
  const html = new TextDecoder().decode(bytes)
  expect(html).toMatch(/^<!doctype html><html .*Your visit.*<\/html>$/s)
  expect(html.match(/Your visit/g)).toHaveLength(1)
})

test('what the framework would write down for a script beside each page is not built in', () => {
  const built = readFileSync(path.resolve(import.meta.dirname, '../../build/server/index.js'), 'utf8')
  const framework = createRequire(createRequire(import.meta.url).resolve('@remix-run/server-runtime'))
  const writer = readFileSync(path.join(path.dirname(framework.resolve('turbo-stream')), 'utils.js'), 'utf8')
  const own = /\bTYPE_PREVIOUS_RESOLVED\b/
  expect([writer, built].map(text => own.test(text))).toEqual([true, false])
})
