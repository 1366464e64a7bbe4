import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { en } from '../../app/language/en.ts'
import { es } from '../../app/language/es.ts'
import { endOfDay, tell, tellZone } from '../../app/language/moment.ts'
import { tellSize } from '../../app/language/size.ts'
import { languageOf } from '../../app/language/words.ts'
import { zonesByPlace } from '../../app/language/zone.ts'
import { readingGrade } from '../support/reading-grade.ts'

/** Every text of a catalogue with where it stands; functions are given something to say. */
function textsOf(words: unknown, path: string): [string, string][] {
  if (typeof words === 'string') return [[path, words]]
  if (typeof words === 'function') return [[path, String((words as (...values: string[]) => string)('Monday', 'Tuesday'))]]
  return Object.entries(words as object).flatMap(([name, part]) => textsOf(part, `${path}.${name}`))
}

const pages = Object.entries(en).filter(([, words]) => typeof words === 'object')

test.each(pages)('the English of "%s" can be read after six years of school', (_name, words) => {
  const texts = textsOf(words, '').map(([, text]) => text)
  expect(readingGrade(texts.join('\n'))).toBeLessThanOrEqual(6)
})

test('no English sentence asks for more than eight years of school', () => {
  const hard = textsOf(en, 'en').filter(([, text]) => text.split(' ').length > 7 && readingGrade(text) > 8)
  expect(hard).toEqual([])
})

test('every text is there in Spanish, and none was left in English', () => {
  const spanish = new Map(textsOf(es, ''))
  const same = new Set(['.enrol.passkeyTitle', '.timeZone.zones.America/Puerto_Rico'])
  for (const [path, english] of textsOf(en, '')) {
    expect(spanish.get(path), path).toBeTruthy()
    if (english.split(' ').length > 2 && !same.has(path)) expect(spanish.get(path), path).not.toBe(english)
  }
})

const PATIENTS_FORMS = ['sign-in/enrol', 'sign-in/request', 'search', 'drafting', 'answer']

test('whichever field of a patient’s form is refused, the catalogues say what to do: the server’s own words are English', () => {
  const sources = PATIENTS_FORMS.map(file => readFileSync(`server/${file}.ts`, 'utf8')).join('\n')
  const fields = new Set([...sources.matchAll(/\bfield: '(\w+)'/g)].map(([, field]) => field!))
  expect([...fields].sort()).toEqual(Object.keys(en.improve).sort())
  expect(Object.keys(es.improve).sort()).toEqual(Object.keys(en.improve).sort())
})

/** Every sentence with a number in it, of a catalogue. */
function countedIn(words: unknown, path = ''): [string, (count: number) => string][] {
  if (typeof words === 'function') return words.name === 'counted' ? [[path, words as (count: number) => string]] : []
  if (typeof words !== 'object' || words === null) return []
  return Object.entries(words).flatMap(([name, part]) => countedIn(part, `${path}.${name}`))
}

const COUNTED = [...countedIn(en, 'en'), ...countedIn(es, 'es')]

test.each(COUNTED)('%s says none, one, two, many and a million as its language does', (path, say) => {
  const [none, one, two, many, million] = [0, 1, 2, 21, 1_000_000].map(say) as [string, string, string, string, string]
  for (const sentence of [none, one, two, many, million]) expect(sentence).not.toMatch(/#|undefined|NaN/)
  expect(one).not.toMatch(/mess?a(g|j)es\b|\bfiles\b|archivos|(se[cg](o|u)nd|minut)o?s\b/)
  expect(two).toMatch(/\b2\b/)
  expect(many).toBe(two.replace('2', '21'))
  expect(none === two.replace('2', '0') || /\b(no|ningún)\b/i.test(none)).toBe(true)
  expect(million).toContain(path.startsWith('es') ? '1,000,000 de mensajes'.replace('mensajes', noun(million)) : '1,000,000 ')
})
const noun = (sentence: string): string => /archivos|mensajes|segundos|minutos/.exec(sentence)![0]

test('no sentence counts by itself', () => {
  expect(COUNTED.length).toBe(12)
  for (const language of ['en', 'es'])
    for (const file of readdirSync(`app/language/${language}`))
      expect(readFileSync(`app/language/${language}/${file}`, 'utf8'), file).not.toMatch(/=== 1\b|: number\)/)
})

test('a moment is told by the reader’s clock, with the zone in words', () => {
  const at = Date.UTC(2026, 10, 20, 22)
  expect(tell(at, 'en', 'America/New_York')).toBe('Friday, November 20, 2026 at 5:00 PM Eastern Time')
  expect(tell(at, 'es', 'America/Los_Angeles')).toMatch(/viernes, 20 de noviembre de 2026.*hora del Pacífico/)
  expect(tell(at, 'en', 'UTC')).toBe('Friday, November 20, 2026 at 10:00 PM UTC')
  expect(tell(at, 'es-US', 'Etc/UTC')).toMatch(/10:00.p\.m\. UTC$/)
  expect([tellZone(at, 'en-US', 'UTC'), tellZone(at, 'es-US', 'UTC')]).toEqual(['UTC', 'UTC'])
  expect(tell(at, 'en', 'America/New_York', 'day')).toBe('November 20, 2026')
})

test.each([
  ['2026-01-31', 'America/New_York', '2026-02-01T04:59:00.000Z'],
  ['2026-03-08', 'America/New_York', '2026-03-09T03:59:00.000Z'], // clocks go forward on this day
  ['2026-11-01', 'America/New_York', '2026-11-02T04:59:00.000Z'], // and back on this one
  ['2026-06-01', 'Asia/Kolkata', '2026-06-01T18:29:00.000Z'],
  ['2026-06-01', 'UTC', '2026-06-01T23:59:00.000Z'],
])('the last minute of %s in %s is %s', (day, zone, moment) => {
  expect(new Date(endOfDay(day, zone)!).toISOString()).toBe(moment)
})

test.each(['', 'tomorrow', '2026-13-01', '2026-1-1', '2026-01-01T00:00'])('%j is no day', day => {
  expect(endOfDay(day, 'UTC')).toBeNull()
})

test('sizes are told as phones tell them', () => {
  expect([14, 1_400, 2_400_000].map(size => tellSize(size, 'en'))).toEqual(['14 bytes', '1 kB', '2.4 MB'])
})

test('every zone is found by its place, in the words and in the order of the reader’s language', () => {
  const named = (language: string) => new Map(zonesByPlace(language).map(({ value, label }) => [value, label]))
  const [english, spanish] = [named('en-US'), named('es-US')]
  const asked = ['Europe/Berlin', 'America/New_York', 'America/Mexico_City', 'Asia/Tokyo', 'Europe/London']
  expect(asked.map(zone => spanish.get(zone))).toEqual(['Alemania', 'Nueva York', 'Ciudad de México', 'Japón', 'Reino Unido'])
  expect(asked.map(zone => english.get(zone))).toEqual(['Germany', 'New York', 'Mexico City', 'Japan', 'United Kingdom'])
  for (const places of [english, spanish]) {
    expect([...places.keys()].sort()).toEqual(Intl.supportedValuesOf('timeZone').sort())
    for (const label of places.values()) expect(label).toMatch(/^\p{Lu}|^[‘’'a-z]/u)
    for (const label of places.values()) expect(label).not.toMatch(/[_/]|GMT|UTC|\bhora\b|\bTime\b/)
  }
  expect(new Set(spanish.values()).size, 'no two of one name').toBe(spanish.size)
})

test('the nearest language of ours is taken, and English when there is none', () => {
  expect(['es-MX', 'ES', 'en-GB', 'de', '__proto__'].map(languageOf)).toEqual(['es', 'es', 'en', 'en', 'en'])
})
