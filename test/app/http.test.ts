import type { AppLoadContext } from '@remix-run/node'
import { expect, test, vi } from 'vitest'
import { handled, STATUS } from '../../app/http.ts'
import { type Refusal, refusal } from '../../app/refusal.ts'
import type { ErrorCode } from '../../server/errors.ts'
import { newId } from '../../server/ids.ts'
import type { Facts, Log } from '../../server/parts.ts'
import type { Visitor } from '../../server/sign-in/visitor.ts'

const ORIGIN = 'http://localhost:3000'

interface Setting {
  visitor?: Partial<Visitor> | null
  values?: Record<string, string>
  language?: string
}

function args(method: 'GET' | 'POST', path: string, { visitor = null, values = {}, language = 'en' }: Setting = {}) {
  const endSignInRequest = vi.fn<() => void>()
  const admit = async () => undefined
  const logged: Facts[] = []
  const log: Partial<Log> = {
    info: (event, facts) => void logged.push({ event, ...facts }),
    // What of the error itself the log says: test/server/log.test.ts.
    error: (event, error, facts) => void logged.push({ event, thrown: error instanceof Error, ...facts }),
  }
  const context = {
    log,
    logged,
    visitor,
    language,
    admit,
    requireKnown: () => undefined,
    origin: ORIGIN,
    keepsCookies: true,
    formToken: () => 'right',
    formTokenFits: (word: string) => word === 'right',
    endSignInRequest,
  }
  const body = method === 'POST' ? new URLSearchParams({ form_token: 'right', ...values }) : null
  const request = new Request(ORIGIN + path, { method, body })
  return { request, params: { messageId: 'msg_1' }, context: context as unknown as AppLoadContext & typeof context }
}

const refusing = (code: ErrorCode) =>
  handled(() => {
    throw refusal(code, 'No.')
  })

const thrownBy = async (work: Promise<unknown>): Promise<Response> => {
  const thrown = await work.catch((error: unknown) => error)
  if (!(thrown instanceof Response)) throw new Error('Nothing was thrown.')
  return thrown
}

const SIGN_IN = new Set<string>(['sign_in_required', 'fresh_sign_in_required'])
const others = Object.entries(STATUS).filter(([code]) => !SIGN_IN.has(code)) as [ErrorCode, number][]

test.each(others)('a page refused with %s answers %i and nothing of what was said inside', async (code, status) => {
  const response = await thrownBy(refusing(code)(args('GET', '/messages/msg_1')))
  expect(response.status).toBe(status)
  expect(await response.text()).not.toContain('No.')
})

test.each(['invalid', 'wrong_code', 'too_many_attempts', 'too_large', 'wrong_origin', 'conflict', 'busy'] as const)(
  'a form refused with %s comes back with what was typed, but never with the passphrase',
  async code => {
    const asked = args('POST', '/sign-in/passphrase', { values: { note: 'my words', passphrase: 'seven grey pigeons' } })
    const answer = (await refusing(code)(asked)) as unknown as { data: { refusal: Refusal }; init: ResponseInit }
    expect(answer.init.status).toBe(STATUS[code])
    expect(answer.data.refusal).toEqual({ code, sentence: 'No.', fields: [], values: { note: ['my words'] } })
  },
)

const REFERENCE = /^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/

test('an error page where nothing broke has a reference too, by which the log tells which page it was, and no more', async () => {
  const asked = args('GET', '/recovery/kEy-of_43-characters-Oq3')
  const response = await thrownBy(refusing('too_many_requests')(asked))
  const missing = await thrownBy(refusing('not_found')(args('GET', '/messages/msg_1')))
  const { incident } = (await response.json()) as { incident: string }
  expect(incident).toMatch(REFERENCE)
  expect(asked.context.logged).toEqual([
    { event: 'page.refused', incident, code: 'too_many_requests', method: 'GET', page: '/recovery/:' },
  ])
  // What belongs to somebody else looks like what never was, to the last byte.
  expect(await missing.json()).toMatchObject({ incident: null })
})

test('what nobody expected is a 500 with an incident number; its text is in no answer', async () => {
  const asked = args('GET', '/messages')
  const broken = handled(() => {
    throw new Error('Ada Lopez has a rash')
  })
  const response = await thrownBy(broken(asked))
  const { incident } = (await response.clone().json()) as { incident: string }
  expect(response.status).toBe(500)
  expect(incident).toMatch(REFERENCE)
  expect(asked.context.logged).toEqual([{ event: 'page.failed', thrown: true, incident }])
  expect(await response.text()).not.toContain('rash')
})

test.each([
  ['/messages', '/sign-in?to=%2Fmessages'],
  ['/messages/msg_01k9z3h7d2aaaaaaaaaaaaaaaa', '/sign-in?to=%2Fmessages%2Fmsg_01k9z3h7d2aaaaaaaaaaaaaaaa'],
  ['/account/factors/fac_01k9z3h7d2aaaaaaaaaaaaaaaa/remove', '/sign-in?to=%2Faccount'],
  ['/elsewhere', '/sign-in'],
  ['//evil.example', '/sign-in'],
])('who is not signed in and asks for %s is taken to %s', async (path, target) => {
  const response = await thrownBy(refusing('sign_in_required')(args('GET', path)))
  expect([response.status, response.headers.get('location')]).toEqual([303, target])
})

test('who has shown only a mailbox is taken on to choose a way to sign in', async () => {
  const response = await thrownBy(refusing('sign_in_required')(args('GET', '/messages', { visitor: { level: 'mailbox' } })))
  expect(response.headers.get('location')).toBe('/enrol')
})

test('what they had written meanwhile is shown to them first, to be copied', async () => {
  const asked = args('POST', '/messages/msg_1/more', {
    visitor: { level: 'mailbox' },
    values: { text: 'I would like to ask. '.repeat(4) },
  })
  const response = await thrownBy(refusing('sign_in_required')(asked))
  expect(response.status).toBe(401)
  expect(await response.text()).toContain('I would like to ask.')
})

test('a sign-in that is over begins again, and its cookie goes', async () => {
  const asked = args('POST', '/sign-in/code', { values: { code: '123456' } })
  const response = await thrownBy(refusing('sign_in_required')(asked))
  expect(response.headers.get('location')).toBe('/sign-in?why=over')
  expect(asked.context.endSignInRequest).toHaveBeenCalledOnce()
})

test.each(['kept', 'kept-files', 'files'] as const)(
  'what became of a letter is told where one signs in again (%s)',
  async why => {
    const to = `/messages/${newId('msg', 0)}/reply/files`
    const work = handled(
      () => {
        throw refusal('sign_in_required', 'No.')
      },
      { keep: async () => ({ why, to }) },
    )
    const asked = args('POST', '/messages/msg_1/reply', { values: { text: 'Thank you for the letter. '.repeat(4) } })
    const location = (await thrownBy(work(asked))).headers.get('location')
    expect(location).toBe(`/sign-in?${new URLSearchParams({ why, to })}`)
  },
)

test('a step that asks for a fresh sign-in says why', async () => {
  const asked = args('POST', '/account/sessions/ses_1/end', { visitor: { level: 'full' } })
  const response = await thrownBy(refusing('fresh_sign_in_required')(asked))
  expect(response.headers.get('location')).toBe('/sign-in?why=fresh&to=%2Faccount')
})

test('a letter written while the session ended is shown again, not lost', async () => {
  const text = 'Thank you for your letter. I would like to ask whether my daughter may come.'
  const response = await thrownBy(refusing('sign_in_required')(args('POST', '/messages/msg_1/reply', { values: { text } })))
  expect(response.status).toBe(401)
  expect(await response.json()).toEqual({ code: 'sign_in_required', incident: null, values: { text: [text] } })
})

test('an act without a page of its own leads to the page that tells the truth', async () => {
  const work = handled(
    () => {
      throw refusal('retracted', 'Taken back.')
    },
    { otherwise: params => `/messages/${params.messageId}` },
  )
  const response = await thrownBy(work(args('POST', '/messages/msg_1/open')))
  expect([response.status, response.headers.get('location')]).toEqual([303, '/messages/msg_1'])
})

test.each([
  ['en', 'This page was open for a long time', 'Go back'],
  ['es', 'Esta página estuvo abierta mucho tiempo', 'Volver'],
])(
  'an act without a page of its own answers an old tab in words (%s), with the way to its page',
  async (language, title, back) => {
    const work = handled(
      () => {
        throw refusal('wrong_origin', 'No.')
      },
      { otherwise: params => `/messages/${params.messageId}` },
    )
    const response = await thrownBy(work(args('POST', '/messages/msg_1/open', { language })))
    expect([response.status, response.headers.get('content-type')]).toEqual([403, 'text/html; charset=utf-8'])
    const page = await response.text()
    expect(page).toContain(`<html lang="${language}"`)
    expect(page).toContain(`<h1>${title}</h1>`)
    expect(page).toMatch(new RegExp(`href="/messages/msg_1">${back}<`))
  },
)

test('an act without a page of its own that breaks is a page with an incident number', async () => {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  const work = handled(() => Promise.reject(new Error('Ada Lopez has a rash')), { otherwise: () => '/account' })
  const response = await thrownBy(work(args('POST', '/account/sessions/ses_1/end')))
  vi.restoreAllMocks()
  expect(response.status).toBe(500)
  expect(await response.text()).toMatch(/^<!doctype html>(?!.*rash).*<bdi>[0-9A-Z]{4}-[0-9A-Z]{4}<\/bdi>/s)
})

test('an act without a page of its own may lead to different pages for different refusals', async () => {
  const work = handled(
    () => {
      throw refusal('conflict', 'No.')
    },
    { otherwise: (_params, code) => `/account?why=${code}` },
  )
  expect((await thrownBy(work(args('POST', '/account/factors/fac_1/remove')))).headers.get('location')).toBe(
    '/account?why=conflict',
  )
})
