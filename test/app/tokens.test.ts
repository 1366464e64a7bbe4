import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const styles = readFileSync(path.resolve(import.meta.dirname, '../../app/styles/tokens.css'), 'utf8')

/** Every colour that stands in the rule of this selector. */
function tokensOf(selector: string): string[] {
  const from = styles.indexOf(`${selector} {`)
  return from < 0 ? [] : [...styles.slice(from, styles.indexOf('}', from)).matchAll(/--[\w-]+: [^;]+/g)].map(([token]) => token)
}

test('the dark that somebody chose is the dark of the device', () => {
  const chosen = tokensOf(':root[data-theme="dark"]')
  expect(chosen.length).toBeGreaterThan(15)
  expect(chosen).toEqual(tokensOf(':root:not([data-theme="light"])'))
})
