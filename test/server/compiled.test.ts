import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'

const TOP = path.resolve(import.meta.dirname, '../..')

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'restante-compiled-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** A program that loads something behind it. @returns what it says */
async function run(says = "(await import('./server/time.ts')).seconds(2)"): Promise<string> {
  const program = `
    const { loadSooner } = await import('./server/compiled.ts')
    loadSooner(${JSON.stringify(folder)})
    console.log(${says})`
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], { cwd: TOP })
  return stdout + stderr
}

test('what a program loads is kept compiled for the next start', async () => {
  expect(await run()).toBe('2000\n')
  const kept = await readdir(path.join(folder, 'compiled'), { recursive: true })
  expect(kept.length).toBeGreaterThan(1)
})

test('where nothing can be kept, it runs all the same and says nothing', async () => {
  await writeFile(path.join(folder, 'compiled'), 'a file stands in the way')
  expect(await run()).toBe('2000\n')
})

const KYSELY = "Object.keys(await import('kysely')).includes('sql')"

test('a library that was gathered into one file comes from there, and else from its package', async () => {
  expect(await run(KYSELY)).toBe('true\n')
  await mkdir(path.join(folder, 'libraries'))
  await writeFile(path.join(folder, 'libraries', 'kysely.js'), 'export const gathered = true')
  expect(await run(KYSELY)).toBe('false\n')
  expect(await run("'z' in (await import('zod'))")).toBe('true\n')
})

test('what was gathered is all of each library', async () => {
  for (const library of ['jose', 'kysely', 'zod']) {
    const gathered: object = await import(path.join(TOP, 'build', 'libraries', `${library}.js`))
    expect(Object.keys(gathered).toSorted()).toEqual(Object.keys((await import(library)) as object).toSorted())
  }
})
