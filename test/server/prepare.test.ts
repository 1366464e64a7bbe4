import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const TOP = path.resolve(import.meta.dirname, '../..')

// Stands in for npm: notes what it was asked for, and leaves behind what npm would.
const NPM = `
import { appendFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
appendFileSync('asked.txt', process.argv.slice(2).join(' ') + '\\n')
if (process.env.NPM_FAILS) { console.error('E404'); process.exit(7) }
if (process.argv[2] === 'ci') {
  mkdirSync('node_modules/.bin', { recursive: true })
  writeFileSync('node_modules/.package-lock.json', '{"packages":{}}')
  symlinkSync(process.execPath, 'node_modules/.bin/node')
}
if (process.argv.includes('build')) { mkdirSync('build/server', { recursive: true }); writeFileSync('build/server/index.js', ''); mkdirSync('build/libraries', { recursive: true }); writeFileSync('build/libraries/zod.js', '') }
console.log('what npm says on stdout')
`

let clone: string
beforeEach(async () => {
  clone = await mkdtemp(path.join(tmpdir(), 'clone-'))
  for (const file of ['server/prepare.js', 'server/libraries.js', 'server/commands/portal.js'])
    await cp(path.join(TOP, file), path.join(clone, file))
  await writeFile(
    path.join(clone, 'server/commands/main.ts'),
    'console.log(JSON.stringify(process.argv.slice(2))); process.exitCode = 2',
  )
  await writeFile(path.join(clone, 'package.json'), '{"type":"module"}')
  await writeFile(path.join(clone, 'package-lock.json'), '{"packages":{}}')
  await writeFile(path.join(clone, 'remix.config.js'), '')
  await mkdir(path.join(clone, 'app'))
  await writeFile(path.join(clone, 'app/root.tsx'), '')
  await writeFile(path.join(clone, 'npm-cli.js'), NPM)
})
afterEach(() => rm(clone, { recursive: true }))

interface Ended {
  code: number | null
  out: string
  err: string
}

const run = (program: string, argv: string[] = [], more: Record<string, string> = {}): Promise<Ended> =>
  new Promise(resolve => {
    const env = { NODE_ENV: 'test' as const, PATH: process.env.PATH ?? '', npm_execpath: path.join(clone, 'npm-cli.js'), ...more }
    const child = execFile(process.execPath, [path.join(clone, program), ...argv], { cwd: clone, env }, (_, out, err) => {
      resolve({ code: child.exitCode, out, err })
    })
  })
const prepare = (argv: string[] = [], more?: Record<string, string>) => run('server/prepare.js', argv, more)
const asked = async () =>
  (await readFile(path.join(clone, 'asked.txt'), 'utf8').catch(() => '')).trimEnd().split('\n').filter(Boolean)
const installs = async () => (await asked()).filter(line => line.startsWith('ci ')).length
const builds = async () => (await asked()).filter(line => line.startsWith('run ')).length

describe('preparing a clone', () => {
  test('installs what is missing, says so on stderr, and leaves stdout to what comes after', async () => {
    const { code, out, err } = await prepare()
    expect({ code, out }).toEqual({ code: 0, out: '' })
    expect(err).toContain('Installing the packages')
    expect(err).toContain('what npm says on stdout')
    expect(await installs()).toBe(1)
  })

  test('is silent and asks npm for nothing when there is nothing to do', async () => {
    await prepare(['--build'])
    const before = await asked()
    expect(await prepare(['--build'])).toEqual({ code: 0, out: '', err: '' })
    expect(await asked()).toEqual(before)
  })

  test('installs again when the lock file asks for something else', async () => {
    await prepare()
    await writeFile(path.join(clone, 'package-lock.json'), '{"packages":{"node_modules/a":{"version":"2.0.0"}}}')
    await rm(path.join(clone, 'node_modules/.bin'), { recursive: true })
    await prepare()
    expect(await installs()).toBe(2)
  })

  test('accepts what somebody installed by hand, if it is what the lock file asks for', async () => {
    const lock = (version: string) =>
      `{"packages":{"":{"name":"x"},"node_modules/a":{"version":"${version}"},"node_modules/b":{"version":"1.0.0","optional":true}}}`
    await mkdir(path.join(clone, 'node_modules'))
    await writeFile(path.join(clone, 'package-lock.json'), lock('1.0.0'))
    await writeFile(path.join(clone, 'node_modules/.package-lock.json'), '{"packages":{"node_modules/a":{"version":"1.0.0"}}}')
    expect(await prepare()).toEqual({ code: 0, out: '', err: '' })
    expect(await installs()).toBe(0)
    await writeFile(path.join(clone, 'package-lock.json'), lock('1.0.1'))
    await prepare()
    expect(await installs()).toBe(1)
  })

  test('builds the pages only when asked, and again only when something they are made of is newer', async () => {
    await prepare()
    expect(await builds()).toBe(0)
    await prepare(['--build'])
    expect(await builds()).toBe(1)
    const later = new Date(Date.now() + 60_000)
    await utimes(path.join(clone, 'app/root.tsx'), later, later)
    await prepare(['--build'])
    expect(await builds()).toBe(2)
  })

  test('ends with 1 and one sentence of its own when npm fails, and tries again the next time', async () => {
    const { code, err } = await prepare([], { NPM_FAILS: '1' })
    expect(code).toBe(1)
    expect(err).toContain('E404')
    expect(err).toContain('The packages could not be installed: npm ci ended with 7; what it said is above.')
    expect(await prepare()).toMatchObject({ code: 0 })
    expect(await installs()).toBe(2)
  })

  test('started twice at once installs once', async () => {
    await Promise.all([prepare(), prepare(), prepare()])
    expect(await installs()).toBe(1)
    expect((await readdir(clone)).filter(name => name.startsWith('.preparing'))).toEqual([])
  })

  test('goes on where another one was killed', async () => {
    await writeFile(path.join(clone, '.preparing'), '999999999')
    expect(await prepare()).toMatchObject({ code: 0 })
    expect(await installs()).toBe(1)
  })

  test('what npx was told for itself does not change what is installed', async () => {
    await writeFile(
      path.join(clone, 'npm-cli.js'),
      `${NPM}; appendFileSync('asked.txt', JSON.stringify(process.env.npm_config_omit ?? null) + '\\n')`,
    )
    await prepare([], { npm_config_omit: 'dev' })
    expect((await asked()).at(-1)).toBe('null')
  })
})

describe('npx portal', () => {
  test('prepares the clone, hands every word on, and ends as the command ended', async () => {
    const words = ['organization', 'create', '--name', 'North Clinic', '--json']
    const { code, out } = await run('server/commands/portal.js', words)
    expect(JSON.parse(out)).toEqual(words)
    expect(code).toBe(2)
    expect([await installs(), await builds()]).toEqual([1, 0])
  })

  test('builds the pages before it serves them', async () => {
    await run('server/commands/portal.js', ['serve'])
    expect(await builds()).toBe(1)
  })

  test('works through the link that npm makes for it', async () => {
    await symlink(path.join(clone, 'server/commands/portal.js'), path.join(clone, 'portal'))
    expect(await run('portal', ['doctor'])).toMatchObject({ code: 2, out: '["doctor"]\n' })
  })

  test('says in one line why it cannot start', async () => {
    const { code, out, err } = await run('server/commands/portal.js', [], { NPM_FAILS: '1' })
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err.trimEnd().split('\n').at(-1)).toBe(
      'portal: The packages could not be installed: npm ci ended with 7; what it said is above.',
    )
  })
})
