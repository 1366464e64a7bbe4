import { cp } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { lookOver } from './rig/afterwards.ts'
import { canMount, type Disk, type FileSystem, makeDisk } from './rig/disk.ts'
import { isLong, patience, tell, times } from './rig/length.ts'
import { clinicFolder } from './rig/prepared.ts'
import { storyIn } from './rig/prepared-story.ts'
import { referencesIn } from './rig/program.ts'
import { workUntilKilled } from './rig/working.ts'

const FILE_SYSTEMS: FileSystem[] = isLong ? ['xfs', 'ext4'] : ['ext4']

let disk: Disk | undefined
afterEach(() => disk?.remove())

/** Deposits on a disk until its power is cut, again and again; says which acknowledged deposits were not there afterwards. */
async function cutPower(kind: FileSystem, rounds: number, commits: 'durable' | 'hoped-for') {
  disk = await makeDisk(kind)
  const folder = path.join(disk.folder, 'data')
  await cp(await clinicFolder(), folder, { recursive: true })
  await disk.settle()
  const acknowledged = new Set<string>()
  const lost: string[] = []
  for (let round = 1; round <= rounds && (commits === 'durable' || lost.length === 0); round++) {
    for (const reference of await depositUntilCut(disk, folder, round, commits)) acknowledged.add(reference)
    await disk.mountAgain()
    const kept = await referencesIn(folder)
    for (const reference of acknowledged) {
      if (kept.has(reference)) continue
      lost.push(reference)
      acknowledged.delete(reference)
    }
  }
  tell(`${kind}, ${commits} commits: ${acknowledged.size + lost.length} acknowledged, ${lost.length} lost in the power cuts`)
  return { folder, acknowledged, lost }
}

/**
 * Killed first, and the power cut at once: a flush that is under way while Linux shuts a file system down is answered as a success and
 * may have kept nothing, which no power cut can bring about (see the room's README).
 */
const depositUntilCut = ({ cutPower }: Disk, folder: string, round: number, commits: string): Promise<string[]> =>
  workUntilKilled('deposit-process.ts', [folder, String(round), commits], { enough: 20 + 7 * (round % 5), afterwards: cutPower })

describe.skipIf(!canMount('losetup', 'xfs_io', ...FILE_SYSTEMS.map(kind => `mkfs.${kind}`)))('when the power is cut', () => {
  test.each(FILE_SYSTEMS)('no deposit that was acknowledged is lost on %s', { timeout: patience }, async kind => {
    const { folder, acknowledged, lost } = await cutPower(kind, times(2, 25), 'durable')
    expect(lost).toEqual([])
    expect(acknowledged.size).toBeGreaterThan(20)
    await lookOver(folder, (await storyIn(folder)).now)
  })

  test.each(FILE_SYSTEMS)(
    'and these tests would notice, for without waiting for the disk some are lost on %s',
    {
      timeout: patience,
    },
    async kind => {
      const { lost } = await cutPower(kind, times(8, 25), 'hoped-for')
      expect(lost.length).toBeGreaterThan(0)
    },
  )
})
