import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

// What is loaded beside the tests may have a say in how their process ends: a package once ended it with 0, whatever had failed.

const TOP = path.resolve(import.meta.dirname, '..')

/** How a run of this one test ends, with everything that runs beside ours. */
async function endOfRun(words: string): Promise<number | null> {
  const folder = await mkdtemp(path.join(tmpdir(), 'restante-run-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await writeFile(path.join(folder, 'planted.test.js'), `test('planted', () => { ${words} })`)
  const config = `import whole from ${JSON.stringify(path.join(TOP, 'remix.config.js'))}
const globalSetup = whole.test.globalSetup.map(file => ${JSON.stringify(`${TOP}/`)} + file)
export default { test: { root: ${JSON.stringify(folder)}, include: ['*.test.js'], globals: true, globalSetup, maxWorkers: 1 } }`
  const file = path.join(folder, 'vitest.config.mjs')
  await writeFile(file, config)
  const run = spawn(process.execPath, [path.join(TOP, 'node_modules/vitest/vitest.mjs'), 'run', '--config', file], {
    stdio: 'ignore',
  })
  return new Promise(resolve => run.once('exit', resolve))
}

test('a run ends with an error when a test failed, and without one when none did', { timeout: 120_000 }, async () => {
  const ends = await Promise.all(['throw new Error("Planted.")', ''].map(endOfRun))
  expect(ends).toEqual([1, 0])
})
