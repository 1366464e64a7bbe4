import type { AddressInfo } from 'node:net'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type Config, environment, readConfig } from './config.ts'
import { isPortalError, PortalError } from './errors.ts'
import { openServer, type Shell } from './http.ts'
import { openLog } from './log.ts'
import { mailboxFolder, openCaughtMail } from './mail/preview.ts'
import type { OpenPortal, ServeRole } from './open-portal.ts'
import type { Log } from './parts.ts'
import { openPortalBeside } from './portal-beside.ts'
import { dropThread } from './portal-thread.ts'
import type { Demonstration } from './seed.ts'
import { letGoOfTheStart } from './start-garbage.ts'
import { type Clock, seconds } from './time.ts'
import { developmentPages } from './web/development.ts'
import { proxiesAt } from './web/network.ts'
import { type BuiltPages, forBrowserOf } from './web/pages.ts'
import { StaticFiles } from './web/static.ts'

const TOP = dirname(dirname(fileURLToPath(import.meta.url)))

/** The one clock that is real. */
const clock: Clock = () => Date.now()

/** The longest that requests under way may hold up a stop. */
const DRAIN = seconds(30)
/** The longest that all of it may take. Whatever is cut off then (a letter, at a mail server that trickles) is as after a kill, which loses nothing. */
const STOP = DRAIN + seconds(5)
/** What keeps a process alive that has closed everything, a mail server's open connection for one, is not waited for any longer. */
const LINGERS = seconds(1)

export interface ServeOptions {
  /** Whether to bring an older database up to date first; otherwise it is refused. True when left out. */
  migrate?: boolean
  /** `all` when left out. */
  role?: ServeRole
}

interface Serving {
  origin: string
  /** Who lives in it, when it is a demonstration. */
  demonstration: Demonstration | null
  /** Stops taking requests, lets those under way end, and closes everything. */
  stop(): Promise<void>
}

/** Serves the portal: pages, API, jobs, or what the role leaves of them. @throws PortalError when it must not start */
async function serve(config: Config, { migrate = true, role = 'all' }: ServeOptions): Promise<Serving> {
  const log = openLog(config.logLevel, clock)
  const { server, serve: answerWith } = openServer()
  const port = await listen(server, config)
  // Port 0 means "any that is free", for tests: only then is the origin not known before.
  const origin = config.port === 0 ? `http://localhost:${port}` : config.origin
  const opening = open({ ...config, origin }, { migrate, role }, log)
  try {
    const [{ portal, demonstration, stop }, around] = await Promise.all([opening, surroundings({ ...config, origin }, role, log)])
    answerWith({ ...around, portal })
    letGoOfTheStart()
    return { origin, demonstration, stop: () => drain(server).then(stop) }
  } catch (error) {
    // What must not start must hold neither the port nor the database.
    server.close()
    await opening.then(({ stop }) => stop()).catch(() => undefined)
    throw error
  }
}

/** The portal: in a thread of its own where there are pages to keep it apart from, and a core to run it on. */
async function open(config: Config, options: Required<ServeOptions>, log: Log): Promise<OpenPortal> {
  const mayHaveTwo = config.threads === 'two' || (config.threads === 'auto' && availableParallelism() > 1)
  if (options.role !== 'jobs' && mayHaveTwo) {
    return openPortalBeside({ config, ...options }, { log, onFailure: error => endAtOnce(error, log) })
  }
  // Loaded only where it runs: database and cryptography in the thread of the pages would cost their start and their memory twice.
  await dropThread()
  const { openPortal } = await import('./open-portal.ts')
  return openPortal(config, { ...options, log, clock })
}

/** Without the thread of the portal nothing can be answered: a supervisor starts the process anew. */
function endAtOnce(error: unknown, log: Log): void {
  log.error('portal.ended', error)
  process.exit(1)
}

/** Everything the web shell needs beside the portal. A process that does the portal's own work alone has no pages. */
async function surroundings(config: Config, role: ServeRole, log: Log): Promise<Omit<Shell, 'portal'>> {
  const { origin, environment, dataFolder } = config
  const mailbox = config.smtp === null ? openCaughtMail(mailboxFolder(config.dataFolder), clock) : null
  const pages = role === 'jobs' ? null : await builtPages()
  return {
    origin,
    environment,
    pages,
    files: await StaticFiles.in(join(TOP, 'build', 'client'), pages === null ? undefined : forBrowserOf(pages)),
    proxies: proxiesAt(config.proxies),
    mostUploadBytes: config.uploads.depositBytes,
    development: mailbox && developmentPages(mailbox, dataFolder, clock),
    log,
    clock,
  }
}

const builtPages = async (): Promise<BuiltPages> =>
  (await import(pathToFileURL(join(TOP, 'build', 'server', 'index.js')).href)) as BuiltPages

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

/** Takes no more requests and waits until those under way have been answered. */
async function drain(server: Listener): Promise<void> {
  const closed = new Promise<void>(resolve => server.close(() => resolve()))
  server.closeIdleConnections()
  const tooLong = setTimeout(() => server.closeAllConnections(), DRAIN)
  await closed
  clearTimeout(tooLong)
}

/** Runs the portal until SIGTERM or SIGINT. Prints one JSON line when it is ready. */
export async function run(config: Config, options: ServeOptions = {}): Promise<void> {
  const serving = await serve(config, options)
  process.stdout.write(`${JSON.stringify({ event: 'ready', origin: serving.origin })}\n`)
  // Beside the line that programs read, for whoever sits at the terminal.
  if (serving.demonstration !== null) {
    const { demonstrationText } = await import('./seed.ts')
    process.stderr.write(demonstrationText(serving.demonstration, serving.origin))
  }
  await new Promise<void>(resolve => {
    process.once('SIGTERM', () => resolve())
    process.once('SIGINT', () => resolve())
  })
  const tooLong = setTimeout(() => process.exit(0), STOP)
  await serving.stop()
  clearTimeout(tooLong)
  setTimeout(() => process.exit(), LINGERS).unref()
}

/** The program `start.ts`: the portal as the environment says. */
export async function start(): Promise<void> {
  try {
    await run(readConfig(environment()))
  } catch (error) {
    if (!isPortalError(error)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  }
}
