import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Answers with the address of a worker's browser (`?worker=ID`); asking for the first time starts it. */
    chromium: string
  }
}

// Not the package's own: those switch web security off, and with it much of what is tested here.
const SWITCHES = [
  '--headless',
  '--no-sandbox', // it refuses to run as root with one
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage', // containers often have 64 MB there
  '--remote-debugging-port=0',
]

/**
 * One browser for all the test files of a worker, started when the first of them asks. Each test gets a context (and profile) of its
 * own. Workers do not share one: passkeys are asked for only on the page in front, and a browser has one front.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const browsers = new Map<string, Promise<Browser>>()
  const door = createServer((request, response) => {
    const worker = request.url ?? ''
    const browser = browsers.get(worker) ?? startBrowser()
    browsers.set(worker, browser)
    browser.then(
      ({ endpoint }) => response.end(endpoint),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  await new Promise<void>(resolve => door.listen(0, '127.0.0.1', resolve))
  project.provide('chromium', `http://127.0.0.1:${(door.address() as AddressInfo).port}/`)
  return async () => {
    door.close()
    await Promise.all([...browsers.values()].map(async browser => (await browser).stop()))
  }
}

interface Browser {
  endpoint: string
  stop(): Promise<void>
}

/** Starts Chromium with a fresh profile. The caller stops it. */
export async function startBrowser(): Promise<Browser> {
  const program = await findProgram()
  const profile = mkdtempSync(path.join(tmpdir(), 'restante-profile-'))
  const child = spawn(program.file, [...SWITCHES, `--user-data-dir=${profile}`, 'about:blank'], {
    env: { ...process.env, ...program.environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const stop = async () => {
    child.kill('SIGKILL')
    await ended
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
  try {
    return { endpoint: await endpointOf(child), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function endpointOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    child.once('error', reject)
    child.once('exit', code => reject(new Error(`Chromium ended with ${code} before it was ready:\n${said}`)))
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4_000)
      const endpoint = /DevTools listening on (ws:\/\/\S+)/.exec(said)?.[1]
      if (endpoint) resolve(endpoint)
    })
  })
}

interface Program {
  file: string
  environment: Record<string, string>
}

async function findProgram(): Promise<Program> {
  const own = [process.env.CHROME, '/usr/bin/chromium'].find(file => file && existsSync(file))
  return own ? { file: own, environment: {} } : await unpackedProgram()
}

/** The browser that comes as a package, unpacked once for each of its versions. */
async function unpackedProgram(): Promise<Program> {
  const folder = path.join(tmpdir(), `restante-chromium-${packageVersion()}`)
  if (!existsSync(folder)) await unpackInto(folder)
  // Where the system has no fonts or no NSS of its own, those of the package serve.
  const fonts = existsSync('/etc/fonts/fonts.conf') ? {} : { FONTCONFIG_PATH: path.join(folder, 'fonts') }
  const libraries = hasNss() ? {} : { LD_LIBRARY_PATH: path.join(folder, 'al2023', 'lib') }
  return { file: path.join(folder, 'chromium'), environment: { ...fonts, ...libraries } }
}

const hasNss = (): boolean =>
  ['/usr/lib', '/usr/lib64', '/lib', '/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu'].some(folder =>
    existsSync(path.join(folder, 'libnss3.so')),
  )

/** The package unpacks into TMPDIR and takes whatever lies there already; a folder of its own keeps versions apart. */
async function unpackInto(folder: string): Promise<void> {
  const beside = mkdtempSync(`${folder}-`)
  const before = process.env.TMPDIR
  process.env.TMPDIR = beside
  try {
    const { default: chromium, inflate } = await import('@sparticuz/chromium')
    await chromium.executablePath()
    if (!hasNss()) await inflate(path.join(packageFolder(), 'bin', 'al2023.tar.br'))
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
  try {
    renameSync(beside, folder)
  } catch (error) {
    // Another run was faster; its browser is as good as ours.
    rmSync(beside, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  }
}

const packageFolder = (): string => {
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium')
  return entry.slice(0, entry.lastIndexOf(`chromium${path.sep}build`) + 'chromium'.length)
}

const packageVersion = (): string =>
  (JSON.parse(readFileSync(path.join(packageFolder(), 'package.json'), 'utf8')) as { version: string }).version
