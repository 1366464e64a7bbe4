import { cp, mkdir, open, rm, stat, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { depositRequest } from '../../support/clinic.ts'
import { openPortal } from './opened.ts'
import { clinicFolder } from './prepared.ts'
import { storyIn } from './prepared-story.ts'

export const database = (folder: string): string => path.join(folder, 'portal.db')
export const log = (folder: string): string => path.join(folder, 'portal.db-wal')
export const history = (folder: string): string => path.join(folder, 'checkpoints.txt')

export const sizeOf = async (file: string): Promise<number> => (await stat(file)).size

/** Turns one bit of a file over. */
export async function flip(file: string, place: number): Promise<void> {
  const handle = await open(file, 'r+')
  const byte = Buffer.alloc(1)
  await handle.read(byte, 0, 1, place)
  byte[0]! ^= 0x10
  await handle.write(byte, 0, 1, place)
  await handle.close()
}

/** Cuts so many bytes off the end. */
export const cutOff = async (file: string, bytes: number): Promise<void> => truncate(file, (await sizeOf(file)) - bytes)

export const emptied = (file: string): Promise<void> => truncate(file, 0)

export const overwritten = (file: string): Promise<void> => writeFile(file, Buffer.alloc(100_000, 0xa5))

export async function turnedIntoFolder(file: string): Promise<void> {
  await rm(file)
  await mkdir(file)
}

/** A day later: three more deposits, a checkpoint, two more deposits, and the process was killed: much lies in the log alone. */
export async function folderOfLater(): Promise<string> {
  const folder = await clinicFolder()
  const { now, gateway } = await storyIn(folder)
  const { portal, close } = await openPortal(folder, now)
  const deposit = (number: number) =>
    portal.deposit(gateway, depositRequest('Later', [{ name: 'Ada Lopez', address: 'ada.lopez@example.com' }]), {
      key: `later-${number}`,
      bodyHash: 'the same',
    })
  for (const number of [1, 2, 3]) await deposit(number)
  await portal.signCheckpoint()
  for (const number of [4, 5]) await deposit(number)
  const later = await clinicFolder()
  for (const file of [database, log, history]) await cp(file(folder), file(later))
  await close()
  return later
}

/** Another portal's log, as a crash would leave it. */
export async function folderOfAnotherPortal(): Promise<string> {
  const folder = await clinicFolder()
  await rm(database(folder))
  await rm(history(folder))
  const { close } = await openPortal(folder, (await storyIn(folder)).now)
  const crashed = await clinicFolder()
  for (const file of [database, log]) await cp(file(folder), file(crashed))
  await close()
  return crashed
}
