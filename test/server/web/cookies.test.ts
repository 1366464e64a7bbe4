import { expect, test } from 'vitest'
import { CookieJar, formTokenFits, formTokenFor, readCookies } from '../../../server/web/cookies.ts'

const token = 'A'.repeat(43)
const other = 'B'.repeat(43)

test('cookies are tied to this host, sent over https only, and hidden from scripts', () => {
  const jar = new CookieJar()
  jar.startSession(token)
  expect([...jar.lines.values()]).toEqual([`__Host-session=${token}; Path=/; Secure; HttpOnly; SameSite=Lax`])
})

test('ending a session clears what the browser kept', () => {
  const jar = new CookieJar()
  jar.endSession()
  const headers = new Headers()
  jar.writeTo(headers)
  expect(headers.get('clear-site-data')).toBe('"cache", "storage"')
  expect(headers.getSetCookie()[0]).toContain('Max-Age=0')
})

test('what does not look like one of our tokens counts as absent', () => {
  expect(readCookies('__Host-session=<script>; __Host-language=../../etc').session).toBeNull()
  const none = { session: null, signIn: null, language: null, hint: null, display: null, device: null, visit: null }
  expect(readCookies(null)).toEqual(none)
  expect(readCookies('__Host-display=huge.more.dark').display).toBeNull()
})

test('of two cookies with one name the first counts', () => {
  expect(readCookies(`__Host-session=${token}; __Host-session=${other}`).session).toBe(token)
})

test('a form belongs to the session it was shown in', () => {
  const signedIn = { session: token, signIn: null, visit: other }
  expect(formTokenFits(formTokenFor(token), signedIn, true)).toBe(true)
  expect(formTokenFits(formTokenFor(other), signedIn, true)).toBe(false)
  expect(formTokenFits(formTokenFor(null), signedIn, true)).toBe(false)
  expect(formTokenFits('', signedIn, true)).toBe(false)
})

test('a form shown before a sign-in began still works after it began in another tab', () => {
  const signingIn = { session: null, signIn: token, visit: null }
  expect(formTokenFits(formTokenFor(null), signingIn, true)).toBe(true)
  expect(formTokenFits(formTokenFor(token), signingIn, true)).toBe(true)
  expect(formTokenFits(formTokenFor(other), signingIn, true)).toBe(false)
})

test('from a browser that does not say where its forms come from, the word that everybody can know counts for nothing', () => {
  const nobody = { session: null, signIn: null, visit: null }
  expect(formTokenFits(formTokenFor(null), nobody, true)).toBe(true)
  expect(formTokenFits(formTokenFor(null), nobody, false)).toBe(false)
  const visiting = { ...nobody, visit: token }
  expect(formTokenFits(formTokenFor(null), visiting, false)).toBe(false)
  expect(formTokenFits(formTokenFor(token), visiting, false)).toBe(true)
  expect(formTokenFits(formTokenFor(token), { ...visiting, signIn: other }, false)).toBe(true)
  expect(formTokenFits(formTokenFor(token), { ...visiting, session: other }, false)).toBe(false)
})

test('how pages look is kept for a year in this browser, and read back as it was', () => {
  const jar = new CookieJar()
  const display = { textSize: 'largest', contrast: 'more', theme: 'light' } as const
  jar.rememberDisplay(display)
  const [line] = [...jar.lines.values()]
  expect(line).toBe('__Host-display=largest.more.light; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=31536000')
  expect(readCookies(line!.split(';')[0]!).display).toEqual(display)
})

test('what a link says of the language is forgotten with the browser, and keeps nothing that is no language', () => {
  const jar = new CookieJar()
  jar.takeLanguageHint('es')
  expect([...jar.lines.values()]).toEqual(['__Host-language-hint=es; Path=/; Secure; HttpOnly; SameSite=Lax'])
  const none = new CookieJar()
  none.takeLanguageHint('')
  expect(none.lines.size).toBe(0)
})
