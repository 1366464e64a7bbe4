import { randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { DirectoryStore } from '../../../storage/part-stores/directory.ts'
import { refusal } from '../kept.ts'
import { partStoreContract, pieces } from './store-contract.ts'

const NAME = 'k3PzQ1-aUx_0vRtY7mWc2LsD'
const folders: string[] = []

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

async function folder(): Promise<string> {
  const made = await mkdtemp(path.join(tmpdir(), 'restante-parts-'))
  folders.push(made)
  return made
}

partStoreContract(async () => new DirectoryStore(await folder(), 'area'))

test('files are for their owner alone, and their names tell nothing', async () => {
  const top = await folder()
  const store = new DirectoryStore(top, 'area')
  await store.put(NAME, pieces(randomBytes(10)))
  const file = path.join(top, 'area', NAME.slice(0, 2), NAME)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect((await stat(path.dirname(file))).mode & 0o777).toBe(0o700)
  expect(await readdir(path.join(top, 'area', 'unfinished'))).toEqual([])
})

test('what a crash left unfinished is told of and can be removed, and is never read', async () => {
  const top = await folder()
  const store = new DirectoryStore(top, 'area')
  await mkdir(path.join(top, 'area', 'unfinished'), { recursive: true })
  await writeFile(path.join(top, 'area', 'unfinished', NAME), 'half')
  expect(await store.size(NAME)).toBeNull()
  expect((await Array.fromAsync(store.list())).map(({ name }) => name)).toEqual([NAME])
  await store.remove(NAME)
  expect(await Array.fromAsync(store.list())).toEqual([])
})

test('objects of another database in the same folder are not seen', async () => {
  const top = await folder()
  await new DirectoryStore(top, 'one').put(NAME, pieces(randomBytes(10)))
  expect(await Array.fromAsync(new DirectoryStore(top, 'other').list())).toEqual([])
  expect(await new DirectoryStore(top, 'other').size(NAME)).toBeNull()
})

test('a name that is none reaches no file', async () => {
  const store = new DirectoryStore(await folder(), 'area')
  await expect(store.put('../../etc/passwd', pieces(randomBytes(10)))).rejects.toThrow(RangeError)
  await expect(store.remove('..')).rejects.toThrow(RangeError)
})

test('a folder that cannot be written is told as unavailable', async () => {
  const top = await folder()
  await writeFile(path.join(top, 'area'), 'a file where the folder should be')
  await chmod(top, 0o700)
  expect(await refusal(new DirectoryStore(top, 'area').put(NAME, pieces(randomBytes(10))))).toBe('unavailable')
})
