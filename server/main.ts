import { mkdirSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { ServerBuild } from '@remix-run/node'
import { openStorage, parseRootKey } from '../storage/index.ts'
import { type Config, environment, readConfig, rootKeyOf } from './config.ts'
import { ensureDepositKeys } from './deposit-keys.ts'
import { isPortalError, PortalError } from './errors.ts'
import { openServer, type Shell } from './http.ts'
import { openSanitizer } from './intake/sanitize.ts'
import { type Jobs, startJobs } from './jobs.ts'
import { openLog } from './log.ts'
import { openCaughtMail } from './mail/preview.ts'
import { openSmtp } from './mail/smtp.ts'
import type { Mailer } from './mailer.ts'
import type { Parts } from './parts.ts'
import { createPortal, type Portal } from './portal.ts'
import { type Demonstration, demonstrationText, seedDemonstration } from './seed.ts'
import { openPassphrases } from './sign-in/passphrase.ts'
import { type Clock, seconds } from './time.ts'
import { fileHistory } from './trail/history.ts'
import { trailNameOf } from './trail/signing.ts'
import { checkAtStart } from './trail/tail.ts'
import { developmentPages } from './web/development.ts'
import { proxiesAt } from './web/network.ts'
import { StaticFiles } from './web/static.ts'

const TOP = dirname(dirname(fileURLToPath(import.meta.url)))

/** The one clock that is real. */
export const clock: Clock = () => Date.now()

/** The longest that work under way may hold up a stop. */
const DRAIN = seconds(30)

export interface Serving {
  origin: string
  /** Who lives in it, when it is a demonstration. */
  demonstration: Demonstration | null
  /** Stops taking requests, lets those under way end, and closes everything. */
  stop(): Promise<void>
}

/**
 * Serves the whole portal: pages, API, jobs.
 *
 * @throws PortalError `misconfigured` when it must not start.
 */
export async function serve(config: Config, options: { migrate?: boolean } = {}): Promise<Serving> {
  const log = openLog(config.logLevel, clock)
  const { server, serve: answerWith } = openServer()
  const port = await listen(server, config)
  // Port 0 means "any that is free", for tests: only then is the origin not known before.
  const origin = config.port === 0 ? `http://localhost:${port}` : config.origin
  try {
    const { shell, ...open } = await openShell({ ...config, origin }, log, options.migrate ?? true)
    answerWith(shell)
    const jobs = startJobs(shell.portal, { log, clock })
    open.connectJobs(jobs)
    return { origin, demonstration: open.demonstration, stop: () => stop(server, jobs, shell.portal, open.close) }
  } catch (error) {
    // What must not start must not hold the port either.
    server.close()
    throw error
  }
}

/** Everything behind the port, ready to answer. */
async function openShell(config: Config, log: Parts['log'], migrate: boolean) {
  const { parts, caught, connectJobs, close } = await openParts(config, log, migrate)
  await checkAtStart(parts).catch(async error => {
    await close()
    throw error
  })
  // First: what the demonstration tells happened before today, and the trail is in order of time.
  const demonstration = config.seed === 'demo' ? await seedDemonstration(parts, { dataFolder: config.dataFolder }) : null
  await ensureDepositKeys(parts)
  const shell: Shell = {
    origin: config.origin,
    environment: config.environment,
    portal: createPortal(parts),
    pages: await builtPages(),
    files: await StaticFiles.in(join(TOP, 'build', 'client')),
    proxies: proxiesAt(config.proxies),
    development: caught ? developmentPages(caught, config.dataFolder, clock) : null,
    log,
    clock,
  }
  return { shell, demonstration, connectJobs, close }
}

/** The real parts, also for commands that need all of them. `caught` is the development mailbox, when mail is not sent. */
export async function openParts(config: Config, log: Parts['log'], migrate: boolean) {
  mkdirSync(config.dataFolder, { recursive: true, mode: 0o700 })
  const store = await openStorage({
    url: config.databaseUrl,
    dataDirectory: config.dataFolder,
    rootKey: parseRootKey(rootKeyOf(config)),
    now: clock(),
    migrate,
    onFailure: error => stopAtOnce(error, log),
  })
  const caught = config.smtp === null ? openCaughtMail(join(config.dataFolder, 'mailbox'), clock) : null
  let jobs: Jobs | null = null
  const parts: Parts = {
    store,
    mailer: caught ?? sender(config),
    clock,
    log,
    settings: {
      origin: config.origin,
      environment: config.environment,
      mailFrom: config.mailFrom,
      trailName: trailNameOf(config.origin),
    },
    passphrases: openPassphrases(),
    sanitizer: openSanitizer(),
    checkpointHistory: fileHistory(join(config.dataFolder, 'checkpoints.txt')),
    wakeOutbox: () => jobs?.wakeOutbox(),
  }
  const close = async () => {
    await Promise.all([parts.passphrases.close(), parts.sanitizer.close(), parts.mailer.close()])
    await store.close()
  }
  return { parts, caught, connectJobs: (started: Jobs) => (jobs = started), close }
}

/**
 * After a failed write SQLite would carry on as if nothing had been. Whatever could still be acknowledged might be lost, so the
 * process ends; a supervisor starts it anew, and opening checks what is there.
 */
function stopAtOnce(error: Error, log: Parts['log']): void {
  log.error('storage.failed', error)
  // The refusals of requests under way still leave.
  setTimeout(() => process.exit(1), 200)
}

const sender = ({ smtp, environment, origin }: Config): Mailer =>
  openSmtp({
    url: smtp!.url,
    dkim: smtp!.dkim ?? undefined,
    tlsRequired: environment === 'production',
    clock,
    helloName: new URL(origin).hostname,
  })

const builtPages = async (): Promise<ServerBuild> =>
  (await import(pathToFileURL(join(TOP, 'build', 'server', 'index.js')).href)) as ServerBuild

type Listener = ReturnType<typeof openServer>['server']

function listen(server: Listener, { port, host }: Config): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(error, host, port)))
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const why = {
    EADDRINUSE: `Port ${port} is taken by another program: set PORT to one that is free.`,
    EACCES: `This account may not listen on port ${port}: set PORT to one from 1024 on.`,
    EADDRNOTAVAIL: `${host} is not an address of this machine: set HOST to one that is.`,
  }[error.code ?? '']
  return why === undefined ? error : new PortalError('misconfigured', why)
}

async function stop(server: Listener, jobs: Jobs, portal: Portal, close: () => Promise<void>): Promise<void> {
  const closed = new Promise<void>(resolve => server.close(() => resolve()))
  server.closeIdleConnections()
  const tooLong = setTimeout(() => server.closeAllConnections(), DRAIN)
  await closed
  clearTimeout(tooLong)
  await jobs.stop()
  // A trail that cannot be signed has been told of by the job; the stop goes on.
  await portal.signCheckpoint().catch(() => null)
  await close()
}

/** Runs the portal until SIGTERM or SIGINT. Prints one JSON line when it is ready. */
export async function run(config: Config, options: { migrate?: boolean } = {}): Promise<void> {
  const serving = await serve(config, options)
  process.stdout.write(`${JSON.stringify({ event: 'ready', origin: serving.origin })}\n`)
  // Beside the line that programs read, for whoever sits at the terminal.
  if (serving.demonstration !== null) process.stderr.write(demonstrationText(serving.demonstration, serving.origin))
  await new Promise<void>(resolve => {
    process.once('SIGTERM', () => resolve())
    process.once('SIGINT', () => resolve())
  })
  await serving.stop()
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await run(readConfig(environment()))
  } catch (error) {
    if (!isPortalError(error)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  }
}
