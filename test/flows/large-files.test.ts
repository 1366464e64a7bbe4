import { readdir, readlink } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Prepared, preparedFolder } from '../bench/prepared.ts'
import { launchBucket } from '../support/bucket.ts'
import { MIB, objectsIn } from '../support/files.ts'
import { launchServer, type RunningServer } from '../support/launch.ts'
import { downloads, madeFile, memoryFor, opensFileOf, uploads } from '../support/transfers.ts'

// The real program, and connections that really break.

/** Tens of megabytes through a machine that does other things, too. */
const TIMEOUT = 120_000

let prepared: Prepared
let server: RunningServer

beforeAll(async () => {
  prepared = await preparedFolder({ messages: 2 })
  server = await launchServer({ PORTAL_DATA: prepared.folder, UPLOAD_FILE_MB: '50' })
})
afterAll(async () => {
  await server.stop()
  await prepared.remove()
})

/** Deposits a file and says where Ada finds it. */
async function deposited(megabytes: number, { origin } = server) {
  const file = madeFile(megabytes)
  const { status, json } = await uploads(origin, prepared.apiKey, file)
  expect(status).toBe(201)
  return { file, path: await opensFileOf(origin, prepared.sessions[0]!, json.messages![0]!.id) }
}

const objects = () => objectsIn(prepared.folder)

/** Waits until what happens after the other side has gone has happened. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let waited = 0; waited < 10_000 && !(await condition()); waited += 50) await pause(50)
  expect(await condition()).toBe(true)
}

test(
  'a file of 48 MB comes and goes whole, and never lies in memory',
  async () => {
    const warm = await deposited(4) // what the program loads for the first upload is no upload's
    await downloads(server.origin, prepared.sessions[0]!, warm.path)
    const up = await memoryFor(server.pid, () => deposited(48))
    const { file, path } = up.done
    const down = await memoryFor(server.pid, () => downloads(server.origin, prepared.sessions[0]!, path))
    expect(down.done).toEqual({ status: 200, bytes: file.size, sha256: file.sha256 })
    expect(up.more).toBeLessThan(64)
    expect(down.more).toBeLessThan(64)
  },
  TIMEOUT,
)

test(
  'a sender who is gone in the middle leaves nothing',
  async () => {
    const before = await objects()
    const leaving = uploads(server.origin, prepared.apiKey, madeFile(20), { stopAfter: 10 * MIB })
    await expect(leaving).rejects.toThrow()
    await until(async () => (await objects()).length === before.length)
    expect((await objects()).sort()).toEqual(before.sort())
  },
  TIMEOUT,
)

test(
  'a reader who is gone in the middle holds nothing open',
  async () => {
    const { path, file } = await deposited(20)
    const left = await downloads(server.origin, prepared.sessions[0]!, path, MIB)
    expect(left.bytes).toBeLessThan(file.size)
    const open = async () => {
      const descriptors = await readdir(`/proc/${server.pid}/fd`)
      const targets = await Promise.all(descriptors.map(fd => readlink(`/proc/${server.pid}/fd/${fd}`).catch(() => '')))
      return targets.filter(target => target.includes('/parts/'))
    }
    await until(async () => (await open()).length === 0)
    expect(await downloads(server.origin, prepared.sessions[0]!, path)).toMatchObject({ bytes: file.size, sha256: file.sha256 })
  },
  TIMEOUT,
)

test(
  'a file that is too large is refused while it comes, and nothing of it stays',
  async () => {
    const before = await objects()
    const refused = await uploads(server.origin, prepared.apiKey, madeFile(56))
    expect([refused.status, refused.json.type]).toEqual([413, 'urn:restante:problem:too_large'])
    expect((await objects()).sort()).toEqual(before.sort())
  },
  TIMEOUT,
)

test(
  'where there is no room left, a deposit is refused with 507, nothing stays, and smaller ones go on',
  async () => {
    const folder = await preparedFolder({ messages: 2 })
    // A limit on the size of files stands in for a full disk: the system refuses the same write with another word.
    const full = await launchServer({ PORTAL_DATA: folder.folder }, ['bash', '-c', 'ulimit -f 16384; exec "$@"', 'limited'])
    try {
      const refused = await uploads(full.origin, folder.apiKey, madeFile(24))
      expect([refused.status, refused.json.type]).toEqual([507, 'urn:restante:problem:no_space'])
      expect(await objectsIn(folder.folder)).toEqual([])
      expect((await uploads(full.origin, folder.apiKey, madeFile(4))).status).toBe(201)
      expect(await objectsIn(folder.folder)).toHaveLength(1)
    } finally {
      await full.stop()
      await folder.remove()
    }
  },
  TIMEOUT,
)

test(
  'files lie in a bucket when one is set, and its being down is told with 503 both ways',
  async () => {
    const [folder, bucket] = await Promise.all([preparedFolder({ messages: 2 }), launchBucket()])
    const program = await launchServer({
      PORTAL_DATA: folder.folder,
      PART_STORE: `s3://${bucket.bucket}?endpoint=${bucket.endpoint}&region=${bucket.region}`,
      PART_STORE_KEY_ID: bucket.accessKeyId,
      PART_STORE_SECRET: bucket.secretAccessKey,
    })
    try {
      const file = madeFile(12)
      const { status, json } = await uploads(program.origin, folder.apiKey, file)
      expect(status).toBe(201)
      const path = await opensFileOf(program.origin, folder.sessions[0]!, json.messages![0]!.id)
      const whole = await downloads(program.origin, folder.sessions[0]!, path)
      expect(whole).toEqual({ status: 200, bytes: file.size, sha256: file.sha256 })
      expect(await objectsIn(folder.folder)).toEqual([])

      await bucket.stop()
      expect((await uploads(program.origin, folder.apiKey, madeFile(6))).status).toBe(503)
      expect((await downloads(program.origin, folder.sessions[0]!, path)).status).toBe(503)
    } finally {
      await program.stop()
      await folder.remove()
    }
  },
  TIMEOUT,
)
