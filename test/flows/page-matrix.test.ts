import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId, newSecret } from '../../server/ids.ts'
import { formTokenFor } from '../../server/web/cookies.ts'
import { type Role, WHOSE, type Whose } from './access/people.ts'
import { type Thing, thingsOf } from './access/things.ts'
import { type Asked, answerOf, type Sent, type ServedPeople, servedPeople, wordsOf } from './pages/asking.ts'
import { type PageRow, VISITORS, type VisitorRole } from './pages/doors.ts'
import { PAGES } from './pages/rows.ts'

// The pages' own table, over HTTP: access-matrix.test.ts asks the use cases behind them.

let served: ServedPeople
beforeAll(async () => {
  served = await servedPeople()
})
afterAll(() => served.close())

const ROUTES = path.resolve(import.meta.dirname, '../../app/routes')
const CONTENT = /Walk\.|milk|Thank you/

interface Cell {
  role: VisitorRole
  whose: Whose
  thing: Thing
  asked: Asked
}

/** Nobody's and others' first, one's own last, so that what is done to it changes no other cell. */
const ORDER: Whose[] = [...WHOSE].reverse()
const wholes = ({ about }: PageRow): Whose[] => (about === undefined ? ['own'] : ORDER)

async function thingsFor({ about, file }: PageRow): Promise<(role: Role, whose: Whose) => Promise<Thing>> {
  if (about !== undefined) return thingsOf(served.people, about)
  // What such a page is about (a notice's link, an invitation) is nobody's here.
  return async () => ({ id: file.includes('$') ? newSecret() : '', attachment: newId('att', 0) })
}

async function cellsOf(row: PageRow): Promise<Cell[]> {
  const things = await thingsFor(row)
  const cells: Cell[] = []
  for (const role of VISITORS) {
    const { token } = await served.people.credentials(role)
    for (const whose of wholes(row)) {
      const thing = await things(role, whose)
      cells.push({ role, whose, thing, asked: await served.ask(row, token, thing) })
    }
  }
  return cells
}

const expected = (row: PageRow, role: VisitorRole, whose: Whose): string => {
  const answer = row.answers[role]
  return typeof answer === 'string' ? answer : answer[whose]
}
const REFUSED = new Set(['sign-in', 'enrol', 'forbidden', 'missing'])

test('every file of app/routes stands in the table, and every act it has', async () => {
  const files = readdirSync(ROUTES).map(name => name.replace(/\.tsx?$/, ''))
  expect([...new Set(PAGES.map(row => row.file))].sort()).toEqual(files.sort())
  const { routes } = (await import(path.resolve(ROUTES, '../../build/server/index.js'))) as {
    routes: Record<string, { id: string; module: { action?: unknown } }>
  }
  const acting = Object.values(routes).filter(route => route.id.startsWith('routes/') && route.module.action)
  expect(acting.map(({ id }) => id.slice('routes/'.length)).sort()).toEqual(
    [...new Set(PAGES.filter(({ method }) => method === 'POST').map(row => row.file))].sort(),
  )
})

const named = (rows: PageRow[]) =>
  rows.map(row => ({ name: `${row.method} ${row.file}${row.about ? ` (${row.about})` : ''}`, row }))

describe.each(named(PAGES))('$name', ({ row }) => {
  let cells: Cell[]
  beforeAll(async () => {
    cells = await cellsOf(row)
  })

  test('answers everybody as the table says', () => {
    const answered = cells.map(({ role, whose, thing, asked }) => [role, whose, answerOf(asked, thing)])
    expect(answered).toEqual(cells.map(({ role, whose }) => [role, whose, expected(row, role, whose)]))
  })

  test('leaves no trace where it refuses, nor when it is only looked at', () => {
    const traces = cells.filter(({ role, whose, asked }) => {
      const isRefused = REFUSED.has(expected(row, role, whose)) || (row.about !== undefined && whose !== 'own')
      const looks = row.method === 'GET' && !row.recordsLooks
      return asked.left.length > 0 && (isRefused || looks)
    })
    expect(traces.map(({ role, whose }) => [role, whose])).toEqual([])
  })

  test('is kept by no browser, framed by nobody, and runs no stranger’s script', () => {
    for (const { asked } of cells) {
      expect(asked.headers.get('cache-control')).toBe('no-store')
      expect(asked.headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/)
      expect(asked.headers.get('x-content-type-options')).toBe('nosniff')
    }
  })

  if (row.about === undefined) return

  test('tells nobody whether what is not theirs exists, and nothing that is in it', () => {
    for (const role of VISITORS) {
      const of = (whose: Whose) => cells.find(cell => cell.role === role && cell.whose === whose)!
      const missing = of('missing')
      for (const whose of ['other', 'otherOrganization'] as const) {
        const { asked, thing } = of(whose)
        expect(wordsOf(asked, thing), `${role}, ${whose}`).toBe(wordsOf(missing.asked, missing.thing))
        expect(asked.body).not.toMatch(CONTENT)
      }
      if (REFUSED.has(expected(row, role, 'own'))) expect(of('own').asked.body).not.toMatch(CONTENT)
    }
  })
})

/** What another site, or a page of somebody else, could send in the place of our own form. */
const FORGERIES: [string, (sent: Sent) => void][] = [
  ['without the form’s word', ({ form }) => form.delete('form_token')],
  ['with the word of another session', ({ form }) => form.set('form_token', formTokenFor(newSecret()))],
  ['with the word of somebody who is not signed in', ({ form }) => form.set('form_token', formTokenFor(null))],
  ['with an empty word', ({ form }) => form.set('form_token', '')],
  ['from another site', ({ headers }) => Object.assign(headers, { origin: 'https://evil.example' })],
  ['from a sandboxed frame', ({ headers }) => Object.assign(headers, { origin: 'null' })],
  ['from a neighbouring site', ({ headers }) => Object.assign(headers, { 'sec-fetch-site': 'same-site' })],
  [
    'from nowhere, with the word that everybody can know',
    ({ form, headers }) => {
      delete headers.origin
      form.set('form_token', formTokenFor(null))
    },
  ],
]

// As from a tab that was left open: the form is ours, and too old.
const STALE = new Set(FORGERIES.slice(0, 4).map(([forgery]) => forgery))
const hasPage = ({ file }: PageRow) => readFileSync(path.join(ROUTES, `${file}.tsx`), 'utf8').includes('export default')
const SAYS_SO = /^<!doctype html>.*<h1>This page was open for a long time<.*Go back<\/a>/s

/** Somebody who may do this, so that nothing but the forgery can be what is refused. */
const actorOf = (row: PageRow): VisitorRole =>
  (['patient', 'provider', 'compliance'] as const).find(role => !REFUSED.has(expected(row, role, 'own'))) ?? 'patient'

const pages = PAGES.filter(({ method }) => method === 'GET')

describe.each(named(pages))('$name', ({ row }) => {
  test('is not looked at by a program that asks ahead, or for the headers alone', async () => {
    const role = actorOf(row)
    const { token } = await served.people.credentials(role)
    const thing = await (await thingsFor(row))(role, 'own')
    const peeks: ((sent: Sent) => void)[] = [
      sent => Object.assign(sent, { method: 'HEAD' }),
      ({ headers }) => Object.assign(headers, { 'sec-purpose': 'prefetch;prerender' }),
    ]
    for (const peek of peeks) {
      const { body, left } = await served.ask(row, token, thing, peek)
      expect([body, left]).toEqual(['', []])
    }
  })
})

// Where nothing is, nothing can be forged.
const acts = PAGES.filter(({ method, file }) => method === 'POST' && file !== '$')

describe.each(named(acts))('$name', ({ row }) => {
  test('is refused when it does not come from a form of ours', async () => {
    const role = actorOf(row)
    const { token } = await served.people.credentials(role)
    const { portal } = served.people.world
    const { requestToken } = await portal.beginSignIn({ address: 'ada@example.com' })
    await portal.sendMailboxCode(requestToken)
    const thing = await (await thingsFor(row))(role, 'own')
    for (const [forgery, change] of FORGERIES) {
      for (const method of ['POST', 'PUT', 'DELETE']) {
        const { status, left, headers, body } = await served.ask({ ...row }, token, thing, sent => {
          sent.method = method
          sent.headers.cookie += `; __Host-sign-in=${requestToken}`
          change(sent)
        })
        // The page that is shown again may itself be a look.
        const acts = left.filter(action => !action.endsWith('viewed'))
        expect([status, acts], `${method} ${forgery}`).toEqual([403, []])
        if (STALE.has(forgery)) expect(body, forgery).toMatch(hasPage(row) ? /^<!doctype html>/ : SAYS_SO)
        expect(headers.getSetCookie().join(), forgery).not.toContain('__Host-session=')
      }
    }
  })
})
