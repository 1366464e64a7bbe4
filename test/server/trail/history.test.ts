import { appendFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { joinNotes, signCheckpoint, splitNotes } from '../../../server/trail/checkpoint.ts'
import { fileHistory } from '../../../server/trail/history.ts'
import { leafHash } from '../../../server/trail/tree.ts'
import { ORIGIN, testSigner } from './memory-trail.ts'

const signer = testSigner()
const noteOf = (size: number) => signCheckpoint({ origin: ORIGIN, size, rootHash: leafHash(new Uint8Array()) }, signer)

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'history-'))
  path = join(folder, 'data', 'checkpoints.txt')
})
afterEach(() => rm(folder, { recursive: true }))

test('before the first checkpoint there is none', async () => {
  expect(await fileHistory(path).latest()).toBeNull()
})

test('the last checkpoint is found again, and all of them stand in the file', async () => {
  const history = fileHistory(path)
  for (const size of [1, 2, 3]) await history.append(noteOf(size))
  expect(await fileHistory(path).latest()).toBe(noteOf(3))
  expect(await readFile(path, 'utf8')).toBe(joinNotes([1, 2, 3].map(noteOf)))
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

test('in a long file the last one is found without reading the rest', async () => {
  await fileHistory(path).append(noteOf(0))
  await appendFile(path, `\n${joinNotes(Array.from({ length: 1_000 }, (_, i) => noteOf(i + 1)))}`)
  expect(await fileHistory(path).latest()).toBe(noteOf(1_000))
  await fileHistory(path).append(noteOf(1_001))
  expect(await fileHistory(path).latest()).toBe(noteOf(1_001))
})

test('wherever a crash tears the last note, the one before it counts, and the next is whole again', async () => {
  const whole = joinNotes([noteOf(1), noteOf(2)])
  const first = Buffer.byteLength(noteOf(1))
  for (let end = first; end < Buffer.byteLength(whole); end++) {
    await rm(path, { force: true })
    const history = fileHistory(path)
    for (const size of [1, 2]) await history.append(noteOf(size))
    await truncate(path, end)
    expect(await history.latest()).toBe(noteOf(1))
    await history.append(noteOf(3))
    expect(await readFile(path, 'utf8')).toBe(joinNotes([noteOf(1), noteOf(3)]))
  }
})

test('many who add at once, also where a note was torn, lose none of each other’s', async () => {
  await fileHistory(path).append(noteOf(1))
  await appendFile(path, '\nportal.example/torn')
  await Promise.all(Array.from({ length: 20 }, (_, i) => fileHistory(path).append(noteOf(i + 2))))
  const { notes, rest } = splitNotes(await readFile(path, 'utf8'))
  expect(rest).toBe('')
  expect(notes.toSorted()).toEqual(Array.from({ length: 21 }, (_, i) => noteOf(i + 1)).toSorted())
})

test('a lock that a crash left behind is waited for, and then no more', { timeout: 30_000 }, async () => {
  await fileHistory(path).append(noteOf(1))
  await writeFile(`${path}.lock`, 'gone')
  await fileHistory(path).append(noteOf(2))
  expect(await fileHistory(path).latest()).toBe(noteOf(2))
  await expect(stat(`${path}.lock`)).rejects.toThrow('ENOENT')
})
