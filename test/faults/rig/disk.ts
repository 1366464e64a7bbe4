import { execFile, execFileSync } from 'node:child_process'
import { mkdir, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { ownFolder } from './prepared.ts'

const run = promisify(execFile)

export type FileSystem = 'xfs' | 'ext4'

/** A disk of its own, whose power can be cut: an image, mounted by a loop device. */
export interface Disk {
  /** Where it is mounted. */
  folder: string
  /** Everything written so far reaches the image. */
  settle(): Promise<void>
  /** From here on nothing reaches the image any more, as if the cable had been pulled; what was not flushed is lost. */
  cutPower(): Promise<void>
  /** Mounts again what is on the image; its file system recovers as after any power cut. */
  mountAgain(): Promise<void>
  remove(): Promise<void>
}

const MAKE: Record<FileSystem, { megabytes: number; command: string[] }> = {
  xfs: { megabytes: 320, command: ['mkfs.xfs', '-q'] }, // the smallest it agrees to
  ext4: { megabytes: 64, command: ['mkfs.ext4', '-q', '-F'] },
}

export async function makeDisk(kind: FileSystem): Promise<Disk> {
  const top = await ownFolder('/var/tmp')
  const [image, folder] = [path.join(top, 'image'), path.join(top, 'mounted')]
  const { megabytes, command } = MAKE[kind]
  await writeFile(image, '')
  await truncate(image, megabytes << 20)
  await run(command[0]!, [...command.slice(1), image])
  await mkdir(folder)
  const mount = () => run('mount', ['-o', 'loop', image, folder])
  const unmount = () => run('umount', [folder])
  await mount()
  return {
    folder,
    async settle() {
      await run('sync', ['-f', folder])
    },
    async cutPower() {
      // Without -f: not even the file system's own journal is flushed.
      await run('xfs_io', ['-x', '-c', 'shutdown', folder])
    },
    async mountAgain() {
      await unmount()
      await mount()
    },
    async remove() {
      await unmount()
    },
  }
}

/** A small disk in memory, to be filled up. */
export async function makeSmallDisk(megabytes: number): Promise<Pick<Disk, 'folder' | 'remove'>> {
  const folder = await ownFolder()
  await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder])
  return { folder, remove: async () => void (await run('umount', ['-l', folder])) }
}

/** Whether disks can be mounted here at all, and with which of these programs; says so when not. */
export function canMount(...programs: string[]): boolean {
  const missing = ['mount', ...programs].filter(program => !isThere(program))
  const isRoot = process.platform === 'linux' && process.getuid?.() === 0
  if (isRoot && missing.length === 0 && mayMount()) return true
  const why = isRoot ? `${missing.join(', ') || 'the right to mount'} is missing` : 'only root on Linux may mount'
  process.stderr.write(`No disk can be made here, for ${why}: what needs one is skipped.\n`)
  return false
}

function isThere(program: string): boolean {
  return succeeds('sh', ['-c', `command -v ${program}`])
}

// Root in a container may not.
const mayMount = (): boolean => succeeds('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'])

function succeeds(program: string, words: string[]): boolean {
  try {
    execFileSync(program, words, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
