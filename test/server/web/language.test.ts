import { expect, test } from 'vitest'
import { negotiateLanguage } from '../../../server/web/language.ts'

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
