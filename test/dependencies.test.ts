import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'

/**
 * The oldest version we accept of a package, and why. `npm audit` is not to be had everywhere this is built, so the reasons are
 * kept here and the lock file is held to them, for packages of packages too.
 */
const FLOORS: { name: RegExp; atLeast: string; because: string }[] = [
  {
    name: /^@remix-run\/(?!router$|web-)/,
    atLeast: '2.17.5',
    because: 'last of version 2, with its security corrections (web-* and the router count for themselves)',
  },
  { name: /^@remix-run\/router$/, atLeast: '1.23.2', because: 'redirects to foreign and script addresses before it' },
  { name: /^jose$/, atLeast: '6.2.17', because: 'the one whose refusals were tried against our allow-list' },
  { name: /^nodemailer$/, atLeast: '9.1.1', because: 'addresses in quotes reached other mailboxes before it' },
  { name: /^dompurify$/, atLeast: '3.4.18', because: 'known ways around the sanitizer before it' },
]

interface Lock {
  packages: Record<string, { version?: string; integrity?: string; link?: boolean }>
}

const TOP = path.resolve(import.meta.dirname, '..')
const lock = JSON.parse(readFileSync(path.join(TOP, 'package-lock.json'), 'utf8')) as Lock
const INSTALLED = Object.entries(lock.packages)
  .filter(([place]) => place !== '')
  .map(([place, entry]) => ({ place, name: place.split('node_modules/').at(-1)!, ...entry }))

describe.each(FLOORS)('$name is at least $atLeast: $because', ({ name, atLeast }) => {
  const found = INSTALLED.filter(entry => name.test(entry.name))

  test('it is installed at all (else the floor may go)', () => expect(found).not.toEqual([]))

  test('in every place of the lock file', () => {
    expect(found.filter(({ version }) => isOlder(version!, atLeast)).map(({ place, version }) => `${place} ${version}`)).toEqual(
      [],
    )
  })
})

test('every package of the lock file is held to its bytes', () => {
  expect(INSTALLED.filter(({ integrity, link }) => !integrity && !link).map(({ place }) => place)).toEqual([])
})

test('dependencies are exact: what was tried is what is installed', () => {
  const manifest = JSON.parse(readFileSync(path.join(TOP, 'package.json'), 'utf8')) as Record<string, Record<string, string>>
  const all = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies })
  expect(all.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([])
})

test.each([
  ['1.23.1', '1.23.2', true],
  ['1.23.2', '1.23.2', false],
  ['1.9.9', '1.10.0', true],
  ['10.0.0', '9.1.1', false],
  ['9.1.1-beta.1', '9.1.1', true],
])('%s is older than %s: %s', (version, floor, older) => expect(isOlder(version, floor)).toBe(older))

function isOlder(version: string, floor: string): boolean {
  const [numbers, preview] = version.split('-')
  const parts = numbers!.split('.').map(Number)
  const least = floor.split('.').map(Number)
  const first = parts.findIndex((part, index) => part !== least[index])
  return first === -1 ? preview !== undefined : parts[first]! < least[first]!
}
