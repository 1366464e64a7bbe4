import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const LOG = path.resolve(import.meta.dirname, '../../server/log.ts')

/** What the real log writes when a program that has it does this. */
async function written(does: string): Promise<Record<string, unknown>[]> {
  const program = `import { openLog } from ${JSON.stringify(LOG)}\nconst log = openLog('info', () => 0)\n${does}`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program])
  return stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
}

test('of an error that nobody expected the log says what kind it was and where it happened, never its text', async () => {
  const [line] = await written(`log.error('page.failed', new Error('Ada Lopez has a rash'), { incident: '4T7K-92QM' })`)
  expect(line).toMatchObject({ at: '1970-01-01T00:00:00.000Z', event: 'page.failed', incident: '4T7K-92QM', error: 'Error' })
  expect(line!.where).toMatch(/^at /)
  expect(JSON.stringify(line)).not.toMatch(/Ada|rash/)
})
