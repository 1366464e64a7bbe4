import { expect, test } from 'vitest'
import { ACCOUNT_CHANGES, type LetterValues, newLetter } from '../../../server/letters/letter.ts'
import { momentInWords } from '../../../server/letters/moment.ts'
import { oneLine } from '../../../server/letters/parts.ts'
import type { Letters } from '../../../server/letters/words.ts'
import { writeLetter } from '../../../server/letters/write.ts'
import type { Letter, LetterKind } from '../../../server/outbox.ts'
import { readingGrade } from '../../support/reading-grade.ts'

const SETTINGS = { origin: 'https://portal.example', mailFrom: 'Restante <notices@portal.example>' }
const ONCE = { until: '2026-12-21T22:00:00Z', timeZone: 'America/New_York' }

/** One good letter of each kind. */
const VALUES: { [K in LetterKind]: LetterValues[K] } = {
  notice: { locator: 'loc_ator-1', organization: 'North Clinic', phone: '+1 555 0100', ...ONCE },
  reminder: { locator: 'loc_ator-1', count: '1', organization: 'North Clinic', phone: '+1 555 0100', ...ONCE },
  expiry_warning: { locator: 'loc_ator-1', count: '2', organization: 'North Clinic', phone: '+1 555 0100', ...ONCE },
  code: { code: '123456', reference: 'K7-42', minutes: '10', organization: 'North Clinic', phone: '+1 555 0100' },
  account_change: {
    change: 'passkey_added',
    at: ONCE.until,
    timeZone: ONCE.timeZone,
    organization: 'North Clinic',
    phone: '+1 555 0100',
  },
  recovery_started: {
    link: 'https://portal.example/recovery/token',
    with: 'printed_code',
    opensAt: '2026-12-22T22:00:00Z',
    closesAt: '2026-12-29T22:00:00Z',
    at: ONCE.until,
    timeZone: ONCE.timeZone,
    organization: 'North Clinic',
    phone: '+1 555 0100',
  },
  new_sign_in: { at: ONCE.until, timeZone: ONCE.timeZone, organization: 'North Clinic', phone: '+1 555 0100' },
  invitation: { link: 'https://portal.example/invitation/token', organization: 'North Clinic', ...ONCE },
  reply_waiting: { reply: 'msg_1', organization: 'North Clinic' },
  more_time_asked: { deposit: 'dep_1', organization: 'North Clinic' },
  more_time_given: { locator: 'loc_ator-1', organization: 'North Clinic', phone: '+1 555 0100', ...ONCE },
  not_for_me: { link: 'https://portal.example/sent/dep_1', organization: 'North Clinic' },
}
const KINDS = Object.keys(VALUES) as LetterKind[]

function letterOf<K extends LetterKind>(kind: K, values: Partial<LetterValues[K]> = {}, language = 'en'): Letter {
  const order = {
    organization: 'org_1',
    message: 'msg_1',
    to: 'ada@example.com',
    language,
    values: { ...VALUES[kind], ...values },
  }
  const letter = newLetter(kind, order as Parameters<typeof newLetter<K>>[1], 0, SETTINGS)
  return { ...letter, state: 'queued', attempts: 1, claimedUntil: null, settledAt: null, lastAnswer: null }
}

const write = <K extends LetterKind>(kind: K, values: Partial<LetterValues[K]> = {}, language = 'en') =>
  writeLetter(letterOf(kind, values, language), [], SETTINGS)

test('the notice says who wrote, why it is on our site, how to get there, until when, whom to call and what to do when it is not you', () => {
  const { subject, text } = write('notice')
  expect(subject).toBe('You have a new message from North Clinic')
  expect(text).toBe(`Hello,

You have a new message from North Clinic.

It is kept safe on our site. We do not send it by e-mail, as others could read e-mail on its way to you.

To read it, press this link:

https://portal.example/m/loc_ator-1

Or open your web browser and type: portal.example

You can read it until Monday, December 21, 2026 at 5:00 PM Eastern Time.

Do you need help? Call North Clinic: +1 555 0100

Not you? If you do not know who sent this, press the link and choose “This is not for me”. You do not need to sign in for that.
`)
})

test('a reminder is the same letter once more, and says how to get no more of them', () => {
  const { subject, text } = write('reminder')
  expect(subject).toBe('Your message from North Clinic is still here')
  expect(text).toContain('You have not opened it yet.')
  expect(text).toContain('https://portal.example/m/loc_ator-1\n')
  expect(text).toContain('You can read it until Monday, December 21, 2026 at 5:00 PM Eastern Time.')
  expect(text).toContain('choose “No reminders”')
  expect(text).toContain('Not you?')
})

test('a warning tells the moment, and that copies can be kept and more time be asked for', () => {
  const { text } = write('expiry_warning', { count: '1' })
  expect(text).toContain('You can read it until Monday, December 21, 2026 at 5:00 PM Eastern Time.')
  expect(text).toContain('print or save it before that')
  expect(text).toContain('you can ask for more time')
  expect(write('expiry_warning').text).toContain('You can read the first of them until')
})

test.each(['notice', 'reminder', 'expiry_warning'] as const)(
  'the link of a %s names its language, where it is not English',
  kind => {
    expect(write(kind, {}, 'es-MX').text).toContain('\nhttps://portal.example/m/loc_ator-1?language=es\n')
    for (const language of ['en', 'fr'])
      expect(write(kind, {}, language).text).toContain('\nhttps://portal.example/m/loc_ator-1\n')
  },
)

test('an organization that must not be named is “your care team”', () => {
  const { subject, text, html } = write('notice', { organization: '' })
  expect(subject).toBe('You have a new message from your care team')
  expect(`${text}${html}`).not.toContain('North')
})

test('without a telephone number no call is offered', () => {
  expect(write('notice', { phone: '' }).text).not.toContain('Call')
})

test('several messages make one letter, which names the time until which all of them can be read', () => {
  const [first, second] = [letterOf('notice'), letterOf('notice', { until: '2026-12-01T17:00:00Z' })]
  const mail = writeLetter(first, [{ ...second, message: 'msg_2' }], SETTINGS)
  expect(mail.subject).toBe('You have 2 new messages from North Clinic')
  expect(mail.text).toContain('You can read them until Tuesday, December 1, 2026 at 12:00 PM Eastern Time.')
  expect(mail.messageId).toBe(first.messageIdHeader)
})

test('Spanish is written in Spanish, with the time in the reader’s own zone', () => {
  const { subject, text, language, html } = write('notice', { timeZone: 'Europe/Madrid' }, 'es-MX')
  expect(language).toBe('es')
  expect(subject).toBe('Tiene un mensaje nuevo de North Clinic')
  expect(text).toContain('hasta el lunes, 21 de diciembre de 2026')
  expect(html).toContain('<html lang="es">')
})

test('where no country is named, the clock is that of the United States', () => {
  expect(write('notice', {}, 'es').text).toMatch(/hasta el lunes, 21 de diciembre de 2026, 5:00 p\.m\. hora oriental/)
  expect(write('notice', {}, 'es-ES').text).toMatch(/17:00/)
})

/** Letters in a language that nobody speaks: each text between marks, with nothing of its words left. */
const UNSPOKEN = new Proxy({} as Letters, {
  get: () => () => ({ subject: '⟦⟧', blocks: [{ text: '⟦⟧' }, { link: 'https://portal.example/' }, { code: '123456' }] }),
})
/** Letters of the alphabet stand for what no language could turn round: names of elements and attributes are left out. */
const stray = (mail: { subject: string; text: string; html: string }) =>
  [mail.subject, mail.text, mail.html.replace(/<[^>]*>/g, ' ')]
    .join(' ')
    .replaceAll('https://portal.example/', '')
    .match(/\p{L}+/gu) ?? []

test.each(KINDS)('a letter of kind %s says nothing but what a catalogue says', kind => {
  expect(stray(writeLetter(letterOf(kind, {}, 'es'), [], SETTINGS, { es: UNSPOKEN }))).toEqual([])
  // The same look finds the words of a catalogue: otherwise it would prove nothing.
  expect(stray(write(kind)).length).toBeGreaterThan(10)
})

const ENGLISH =
  /\b(the|you|your|to|is|it|and|of|this|that|or|for|with|we|they|someone|press|sign|open|read|until|at|[A-Z]\w+day|time)\b/i

test.each(KINDS)('no English word is left in the Spanish letter of kind %s, whatever it tells', kind => {
  const tellings: object[] = [{}, { organization: '' }, { phone: '' }, { count: '1' }, { count: '2' }, { with: 'claim_code' }]
  const changes = kind === 'account_change' ? ACCOUNT_CHANGES.map(change => ({ change })) : []
  for (const values of [...tellings, ...changes]) {
    const { subject, text } = write(kind, values, 'es')
    const said = `${subject} ${text}`.replaceAll(/https:\S+|portal\.example|North Clinic/g, '')
    expect(ENGLISH.exec(said)?.[0], `${JSON.stringify(values)}: ${said}`).toBeUndefined()
  }
})

test.each(['fr', 'x', '', '../../etc', 'EN-gb'])('a language without a catalogue (%s) falls back to English', language => {
  expect(write('notice', {}, language).language).toBe('en')
})

for (const language of ['en', 'es']) {
  test.each(KINDS)(`the ${language} letter %s is complete as text, small, and fetches nothing`, kind => {
    const { text, html, subject } = write(kind, {}, language)
    expect(Buffer.byteLength(subject + text + html)).toBeLessThan(10_000)
    // Everything the HTML part says stands in the text part, in the same order.
    const said = html.replace(/^[\s\S]*<body[^>]*>/, '').replace(/<[^>]*>/g, '\n')
    expect(plainWords(unescaped(said))).toEqual(plainWords(text))
    expect(html).not.toMatch(/<(img|link|script|style|iframe|object|form|video|audio|source|base)\b/i)
    expect(html).not.toMatch(/\b(src|srcset|background|action)\s*=/i)
    expect(html).not.toMatch(/url\(|@import|\son\w+\s*=/i)
    const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)
    expect(links.length).toBeLessThanOrEqual(1)
    for (const link of links) expect(link).toMatch(/^https:\/\/portal\.example\//)
    expect(text.match(/https?:\/\//g)?.length ?? 0).toBe(links.length)
  })
}

test.each(KINDS)('the English letter %s can be read in the sixth school year', kind => {
  for (const change of kind === 'account_change' ? ACCOUNT_CHANGES : [undefined]) {
    const { text } = write(kind, change === undefined ? {} : { change })
    const prose = text
      .split('\n\n')
      .filter(paragraph => !/^https?:/.test(paragraph))
      .join('\n')
    expect(readingGrade(prose)).toBeLessThanOrEqual(6)
  }
})

test('the reading grade tells easy words from hard ones', () => {
  expect(readingGrade('The cat sat on the mat. The dog ran.')).toBeLessThan(1)
  expect(
    readingGrade('Notification of confidential communication necessitates authentication of the designated individual.'),
  ).toBeGreaterThan(15)
})

test('the code stands alone in its letter, and is the only number of six digits', () => {
  const { text, subject } = write('code')
  expect(text.match(/\d{6}/g)).toEqual(['123456'])
  expect(text.split('\n')).toContain('123456')
  expect(subject).not.toContain('123456')
  expect(subject).toContain('K7-42')
  expect(text).not.toContain('http')
})

const TRICKS = [
  '\r\nBcc: eve@example.com',
  '\nBcc: eve@example.com',
  '\rX: y',
  '\0',
  '\u2028Bcc: eve@example.com',
  '\u2029',
  '\u0085',
  '\u202egro.live',
  '\ud800',
]

test.each(TRICKS)('a name with %j stays on its line in subject and text', trick => {
  const organization = `North${trick}Clinic`
  const plain = write('notice', { organization: 'North Clinic' })
  const { subject, text } = write('notice', { organization })
  expect(subject).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202e]/u)
  expect(text).not.toMatch(/[\r\0\u0085\u2028\u2029\u202e]/)
  expect(text.split('\n')).toHaveLength(plain.text.split('\n').length)
})

test('a name is text, never HTML', () => {
  const { html } = write('notice', { organization: '<img src=x onerror=alert(1)>"&\'' })
  expect(html).not.toContain('<img')
  expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&amp;&#39;')
})

test('a name of any length leaves the letter small', () => {
  expect(oneLine('x'.repeat(10_000))).toHaveLength(160)
})

const BROKEN: [string, () => unknown][] = [
  ['a locator that leads elsewhere', () => write('notice', { locator: '../../evil' })],
  ['a locator with a query', () => write('notice', { locator: 'a?b' })],
  ['an empty locator', () => write('notice', { locator: '' })],
  ['a link to another site', () => write('invitation', { link: 'https://evil.example/invitation/x' })],
  ['a link to a site whose name begins like ours', () => write('invitation', { link: 'https://portal.example.evil.example/x' })],
  ['a link with a line break', () => write('invitation', { link: 'https://portal.example/x\r\ny' })],
  ['a moment that is none', () => write('notice', { until: 'soon' })],
  ['a zone that is none', () => write('notice', { timeZone: 'Mars/Olympus' })],
  ['a change without words', () => write('account_change', { change: 'other' as 'passkey_added' })],
  [
    'a value that is missing',
    () => writeLetter({ ...letterOf('notice'), content: { to: 'a@b.example', language: 'en', values: {} } }, [], SETTINGS),
  ],
]

test.each(BROKEN)('%s: no letter is written', (_, attempt) => {
  expect(attempt).toThrow(TypeError)
})

test('each letter has a Message-ID of its own, of the portal’s host, that tells nothing', () => {
  const [one, two] = [letterOf('notice'), letterOf('notice')]
  expect(one.messageIdHeader).toMatch(/^<[A-Za-z0-9_-]{43}@portal\.example>$/)
  expect(one.messageIdHeader).not.toBe(two.messageIdHeader)
  expect(one.messageIdHeader).not.toContain(one.id)
})

const MOMENTS = [
  ['2026-03-08T06:59:59Z', 'America/New_York', 'en', 'Sunday, March 8, 2026 at 1:59 AM Eastern Time'], // a second before the clocks go on
  ['2026-03-08T07:00:00Z', 'America/New_York', 'en', 'Sunday, March 8, 2026 at 3:00 AM Eastern Time'],
  ['2026-12-31T23:30:00Z', 'UTC', 'en', 'Thursday, December 31, 2026 at 11:30 PM UTC'],
  ['2026-12-31T23:30:00Z', 'Etc/UTC', 'es', 'jueves, 31 de diciembre de 2026, 23:30 UTC'],
  ['2026-12-21T17:00:00-05:00', 'America/Phoenix', 'en', 'Monday, December 21, 2026 at 3:00 PM Mountain Standard Time'],
  ['2026-12-21T22:00:00Z', 'Europe/London', 'en-GB', 'Monday, 21 December 2026 at 22:00 United Kingdom Time'],
] as const

test.each(MOMENTS)('%s in %s', (iso, zone, locale, words) => {
  expect(momentInWords(iso, zone, locale)).toBe(words)
})

const plainWords = (text: string): string[] => text.split(/\s+/).filter(word => word !== '')
const unescaped = (html: string): string =>
  html.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name]!)
