import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { actUndisturbed, folderFor, inPairs, momentOf } from './rig/acting.ts'
import { ACT_NAMES, type ActName, actNamed } from './rig/acts.ts'
import { type Counted, countAfter } from './rig/afterwards.ts'
import { type CrashImage, crashImages, type Image } from './rig/crash-images.ts'
import { isLong, patience, tell } from './rig/length.ts'
import { clinicFolder } from './rig/prepared.ts'
import { recorded } from './rig/recorded.ts'
import { canTrace } from './rig/strace.ts'

/** Of the thousands of images of one act, as many as are over in seconds; in the long form nearly all. */
const MOST = isLong ? 1_500 : 40
const TRIED: readonly ActName[] = isLong ? ACT_NAMES.filter(name => name !== 'first start') : ['deposit']

describe.skipIf(!canTrace)('whatever a disk kept of the writes that nobody waited for', () => {
  test.each(TRIED)('“%s” has happened or has not, and has when it was acknowledged', { timeout: patience }, async name => {
    const { before, after, images } = await recordedImages(name, 'durable')
    const { inSteps = false } = actNamed(name)
    const ended = { before: 0, between: 0, after: 0 }
    await inPairs(spread(images, MOST), async ({ where, acknowledged, image }) => {
      const left = await countIn(name, image())
      const isAfter = same(left, after)
      if (acknowledged) expect(isAfter, `${name}, acknowledged, ${where}`).toBe(true)
      else if (!inSteps && !isAfter) expect(left, `${name}, ${where}`).toEqual(before)
      ended[isAfter ? 'after' : same(left, before) ? 'before' : 'between']++
      return 'go on'
    })
    tell(`${name}: of ${images.length} images ${JSON.stringify(ended)}`)
    expect(ended.before).toBeGreaterThan(0)
    expect(ended.after).toBeGreaterThan(0)
  })

  test('and these images would show a commit that did not wait', { timeout: patience }, async () => {
    const { before, images } = await recordedImages('deposit', 'hoped-for')
    const promised = images.filter(({ acknowledged, where }) => acknowledged && where.endsWith('none arrived'))
    const lost = await Promise.all(spread(promised, 3).map(async ({ image }) => same(await countIn('deposit', image()), before)))
    expect(lost).toContain(true)
  })
})

async function recordedImages(name: ActName, commits: 'durable' | 'hoped-for') {
  const folder = await folderFor(name)
  const files: Image = { 'portal.db': await readFile(path.join(folder, 'portal.db')), 'portal.db-wal': null }
  const steps = await recorded(folder, name, commits)
  const done = await folderFor(name)
  await actUndisturbed(done, name)
  const moment = await momentOf(done, name)
  return {
    before: await countAfter(await folderFor(name), moment),
    after: await countAfter(done, moment),
    images: [...crashImages(files, steps)],
  }
}

/** Opened as the program would open it, and looked over. */
async function countIn(name: ActName, image: Image): Promise<Counted> {
  const folder = await clinicFolder()
  for (const [file, bytes] of Object.entries(image)) {
    if (bytes === null) await rm(path.join(folder, file), { force: true })
    else await writeFile(path.join(folder, file), bytes)
  }
  const counted = await countAfter(folder, await momentOf(folder, name))
  await rm(folder, { recursive: true })
  return counted
}

const same = (one: Counted, other: Counted): boolean => JSON.stringify(one) === JSON.stringify(other)

/** So many of a list, evenly. */
const spread = (list: readonly CrashImage[], most: number): CrashImage[] => {
  const step = Math.max(1, list.length / most)
  return Array.from({ length: Math.min(most, list.length) }, (_, number) => list[Math.floor(number * step)]!)
}
