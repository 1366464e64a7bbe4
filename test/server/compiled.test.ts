import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
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

/** A program that keeps what it compiled, and loads something behind it. @returns what it says */
async function run(place: string): Promise<string> {
  const program = `
    const { keepCompiled } = await import('${TOP}/server/compiled.ts')
    keepCompiled(${JSON.stringify(place)})
    const { seconds } = await import('${TOP}/server/time.ts')
    console.log(seconds(2))`
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program])
  return stdout + stderr
}

test('what a program loads is kept compiled for the next start', async () => {
  expect(await run(path.join(folder, 'compiled'))).toBe('2000\n')
  const kept = await readdir(path.join(folder, 'compiled'), { recursive: true })
  expect(kept.length).toBeGreaterThan(1)
})

test('where nothing can be kept, it runs all the same and says nothing', async () => {
  await writeFile(path.join(folder, 'compiled'), 'a file stands in the way')
  expect(await run(path.join(folder, 'compiled'))).toBe('2000\n')
})
