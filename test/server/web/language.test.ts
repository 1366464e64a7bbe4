import { expect, test } from 'vitest'
import { languageHint, negotiateLanguage, pageLanguage } from '../../../server/web/language.ts'

test.each([
  ['es-MX,es;q=0.9,en;q=0.8', 'es'],
  ['fr-FR,es;q=0.5,en;q=0.8', 'en'],
  ['de', 'en'],
  ['en;q=0,es', 'es'],
  [null, 'en'],
  [';;,,q=', 'en'],
])('a browser that asks for %s gets %s', (header, language) => {
  expect(negotiateLanguage(header)).toBe(language)
})

const hinted = (address: string | null, cookie: string | null = null) => ({ address, cookie })
const visitor = (language: string, choseLanguage: boolean) => ({ language, choseLanguage })

test.each([
  ['what they chose for themselves', visitor('en', true), 'es', hinted('es', 'es'), 'es', 'en'],
  ['what was chosen in this browser', visitor('en', false), 'es', hinted('en', 'en'), 'en', 'es'],
  ['the same, before anybody signed in', null, 'es', hinted('en'), 'en', 'es'],
  ['what the link says', visitor('en', false), null, hinted('es'), 'en', 'es'],
  ['what the link said that was followed before', null, null, hinted(null, 'es'), 'en', 'es'],
  ['this link rather than one before', null, null, hinted('en', 'es'), 'es', 'en'],
  ['what the newest deposit said', visitor('es-MX', false), null, hinted(null), 'en', 'es'],
  ['what the browser asks for', null, null, hinted(null), 'es-US,en;q=0.5', 'es'],
  [
    'what the browser asks for, where the deposit names a language we have not',
    visitor('pl', false),
    null,
    hinted(null),
    'es',
    'es',
  ],
  ['English, where nothing is known', null, null, hinted(null), null, 'en'],
] as const)('the page is in %s', (_, who, cookie, hint, header, language) => {
  const told = pageLanguage({ visitor: who, cookie, hint, header })
  expect(told.split('-')[0]).toBe(language)
})

test.each([
  ['https://portal.example/m/abc?language=es', 'es'],
  ['https://portal.example/m/abc', null],
  ['https://portal.example/m/abc?language=ES', null],
  ['https://portal.example/m/abc?language=de', null],
  ['https://portal.example/m/abc?language=ar-XB', 'ar-XB'],
  ['https://portal.example/m/abc?language=ar-EG', null],
  ['https://portal.example/m/abc?language=%0d%0aSet-Cookie:x', null],
])('of a link to %s the hint is %s', (address, hint) => {
  expect(languageHint(address)).toBe(hint)
})
