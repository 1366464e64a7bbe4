import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ArchiveCopies, damageOf, MANIFEST_FILE, requireFile } from '../../storage/index.ts'
import { type Manifest, openManifest } from '../backup-manifest.ts'
import { isPortalError, PortalError } from '../errors.ts'
import { sameHash } from '../trail/tree.ts'
import { UsedWrongly } from './command.ts'

type WrittenFile = Manifest['data']

/** One half of a backup, data or keys, as it lies in one folder or in several that were written alike. */
export interface BackupHalf {
  manifest: ReturnType<typeof openManifest>
  /** Those that hold it. */
  folders: string[]
  /** The archive; copies that are whole come first. */
  archive: ArchiveCopies
  /** The folder each of its copies lies in. */
  copies: string[]
  /** Texts beside it, from wherever they are whole. */
  texts: Map<string, string>
  /** What is wrong with one copy, and made good by another. */
  problems: string[]
}

/**
 * Reads everything that can be said of a half without opening it: its manifest is signed, its files are what was written.
 *
 * @param which - of the manifest: the archive, and the texts that lie beside it.
 * @param identity - to say where an archive is damaged.
 * @throws PortalError `tampered` when no copy is whole, and no two of them can make up for each other.
 */
export async function openHalf(
  folders: readonly string[],
  which: (manifest: Manifest) => { archive: WrittenFile; texts: readonly WrittenFile[] },
  identity: string,
): Promise<BackupHalf> {
  const { manifest, held, problems } = await manifestsIn(folders)
  const { archive, texts } = which(manifest)
  const name = `${manifest.id}/${archive.name}`
  const whole: string[] = []
  const damaged: string[] = []
  for (const folder of held) {
    const problem = await problemOf(folder, archive)
    if (problem === null) whole.push(folder)
    else {
      problems.push(`${notWhole(folder, problem)}${await placesIn(join(folder, archive.name), name, archive, identity)}`)
      if (existsSync(join(folder, archive.name))) damaged.push(folder)
    }
  }
  const copies = [...whole, ...damaged]
  if (whole.length === 0 && damaged.length < 2) throw refused(problems.join(' '))
  return {
    ...{ manifest, folders: held, copies, problems, texts: await textsIn(held, texts, problems) },
    archive: { name, bytes: archive.bytes, paths: copies.map(folder => join(folder, archive.name)) },
  }
}

/** Which copies an archive was read from, for people. */
export const tellTaken = ({ archive, copies }: BackupHalf, taken: readonly number[]): string => {
  const used = copies.map((folder, i) => ({ folder, chunks: taken[i] ?? 0 })).filter(({ chunks }) => chunks > 0)
  const file = archive.name.split('/').at(-1)!
  return used.length === 1
    ? `${file} was read from ${used[0]!.folder}.`
    : `${file} was put together: ${used.map(({ folder, chunks }) => `${chunks} pieces from ${folder}`).join(', ')}.`
}

/** The files of each half, as its manifest names them. */
export const dataFiles = ({ data, beside }: Manifest) => ({ archive: data, texts: beside })
export const keysFiles = ({ keys }: Manifest) => ({ archive: keys, texts: [] })

/** The private half of a key pair, out of its file. */
export async function identityIn(file: string): Promise<string> {
  if (!existsSync(file)) throw new UsedWrongly(`There is no file ${file}.`)
  return readFile(file, 'utf8')
}

export const refused = (sentence: string) => new PortalError('tampered', sentence)

const notWhole = (folder: string, problem: string): string => `The backup in ${folder} is not whole: ${problem}`

async function manifestsIn(folders: readonly string[]) {
  const found: { folder: string; manifest: ReturnType<typeof openManifest> }[] = []
  const problems: string[] = []
  for (const folder of folders) {
    await manifestIn(folder).then(
      manifest => found.push({ folder, manifest }),
      (error: unknown) => {
        if (!isPortalError(error)) throw error
        problems.push(error.message)
      },
    )
  }
  const [first] = found
  if (first === undefined) throw refused(problems.join(' '))
  const { manifest } = first
  const other = found.find(one => one.manifest.id !== manifest.id || !sameHash(one.manifest.publicKey, manifest.publicKey))
  if (other) throw refused(`${other.folder} holds ${other.manifest.id}, and ${first.folder} ${manifest.id}: two backups.`)
  return { manifest, held: found.map(({ folder }) => folder), problems }
}

async function manifestIn(folder: string) {
  const path = join(folder, MANIFEST_FILE)
  if (!existsSync(path)) throw refused(`${folder} holds no whole backup: its ${MANIFEST_FILE} is missing.`)
  return openManifest(await readFile(path, 'utf8'), folder)
}

const problemOf = (folder: string, file: WrittenFile): Promise<string | null> =>
  requireFile(folder, file).then(
    () => null,
    (error: Error) => error.message,
  )

const MOST_PLACES = 3

/** Each piece of an archive verifies by itself, so it can be said where one is damaged. */
async function placesIn(path: string, name: string, { bytes }: WrittenFile, identity: string): Promise<string> {
  if (!existsSync(path)) return ''
  const places = await damageOf(path, { name, bytes }, identity)
  const some = places.slice(0, MOST_PLACES).map(({ from, to }) => `${from} to ${to}`)
  return places.length === 0 ? '' : ` Damaged: bytes ${some.join(', ')}${places.length > MOST_PLACES ? ', …' : ''}.`
}

async function textsIn(
  folders: readonly string[],
  files: readonly WrittenFile[],
  problems: string[],
): Promise<Map<string, string>> {
  const texts = new Map<string, string>()
  for (const file of files) {
    const wrong: string[] = []
    for (const folder of folders) {
      const problem = await problemOf(folder, file)
      if (problem !== null) wrong.push(notWhole(folder, problem))
      else if (!texts.has(file.name)) texts.set(file.name, await readFile(join(folder, file.name), 'utf8'))
    }
    if (!texts.has(file.name)) throw refused(wrong.join(' '))
    problems.push(...wrong)
  }
  return texts
}
