import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** A service that speaks S3, in a process of its own, with one empty bucket. */
export interface RunningBucket {
  endpoint: string
  bucket: string
  region: string
  accessKeyId: string
  secretAccessKey: string
  stop(): Promise<void>
}

const PROGRAM = path.join(path.dirname(createRequire(import.meta.url).resolve('s3rver/package.json')), 'bin/s3rver.js')

/** Starts one on a port that is free. The caller stops it. */
export async function launchBucket(): Promise<RunningBucket> {
  const directory = await mkdtemp(path.join(tmpdir(), 'restante-bucket-'))
  const words = [
    '--directory',
    directory,
    '--port',
    '0',
    '--address',
    '127.0.0.1',
    '--no-vhost-buckets',
    '--configure-bucket',
    'parts',
  ]
  const child = spawn(process.execPath, ['--no-deprecation', PROGRAM, ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    }
    await rm(directory, { recursive: true, force: true })
  }
  const port = await listening(() => said).catch(async (error: unknown) => {
    await stop()
    throw error
  })
  const endpoint = `http://127.0.0.1:${port}`
  return { endpoint, bucket: 'parts', region: 'us-east-1', accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER', stop }
}

async function listening(said: () => string): Promise<number> {
  for (let waited = 0; waited < 20_000; waited += 20) {
    const port = /listening on \S*:(\d+)/.exec(said())?.[1]
    if (port !== undefined && port !== '0') return Number(port)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  throw new Error(`The bucket did not become ready. It said:\n${said()}`)
}
