import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { joinNotes, signCheckpoint, splitNotes, verifierKey } from '../../../server/trail/checkpoint.ts'
import { exportTrail } from '../../../server/trail/export.ts'
import { rootOf } from '../../../server/trail/tree.ts'
import { verifyExport } from '../../../server/trail/verify.ts'
import { memoryTrail, NOON, ORIGIN, opening, testSigner } from './memory-trail.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trail-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** A trail of 12 entries with checkpoints at 4, 8 and 12, exported. */
async function exported(signer = testSigner()) {
  const trail = memoryTrail(signer)
  for (let i = 0; i < 3; i++) {
    await trail.grow(4)
    await trail.sign()
  }
  await exportTrail(trail.store, folder)
  return { ...trail, signer, earlier: trail.checkpoints.map(({ note }) => note) }
}

const edit = async (name: string, change: (text: string) => string) => {
  const path = join(folder, name)
  await writeFile(path, change(await readFile(path, 'utf8')))
}
const editLines = (change: (lines: string[]) => string[]) =>
  edit('entries.jsonl', text =>
    change(text.slice(0, -1).split('\n'))
      .map(line => `${line}\n`)
      .join(''),
  )
const editNotes = (change: (notes: string[]) => string[]) =>
  edit('checkpoints.txt', text => joinNotes(change(splitNotes(text).notes)))
const problems = async (key: string, earlier?: string[]) => {
  const result = await verifyExport(folder, key, { earlier })
  expect(result.ok).toBe(false)
  return result.problems.map(({ where, what }) => `${where}: ${what}`)
}

describe('an export that nobody touched', () => {
  test('is proven to its last entry, with and without earlier checkpoints', async () => {
    const { key, earlier } = await exported()
    const whole = { ok: true, entries: 12, proven: 12, problems: [], warnings: [] }
    expect(await verifyExport(folder, key)).toEqual({ ...whole, checkpoints: 3 })
    expect(await verifyExport(folder, key, { earlier })).toEqual({ ...whole, checkpoints: 6 })
  })

  test('says how to verify it by hand, and holds exactly the bytes that were hashed', async () => {
    const { rows } = await exported()
    expect(await readFile(join(folder, 'README.txt'), 'utf8')).toContain('TO VERIFY BY HAND')
    expect(await readFile(join(folder, 'entries.jsonl'))).toEqual(
      Buffer.concat(rows.flatMap(row => [row.bytes, Buffer.from('\n')])),
    )
  })

  test('tells how far it has come, in batches, both ways', async () => {
    const trail = memoryTrail()
    await trail.grow(2_500)
    await trail.sign()
    const steps: string[] = []
    await exportTrail(trail.store, folder, { onProgress: (done, total) => steps.push(`${done}/${total}`) })
    expect(steps).toEqual(['0/2500', '1000/2500', '2000/2500', '2500/2500'])
    let last = 0
    const onProgress = (done: number, total: number) => {
      expect(done).toBeGreaterThan(last)
      last = done / total === 1 ? 1 : done
    }
    expect(await verifyExport(folder, trail.key, { onProgress })).toMatchObject({ ok: true, entries: 2_500 })
    expect(last).toBe(1)
  })

  test('is never written over what lies in the folder already', async () => {
    const trail = await exported()
    await expect(exportTrail(trail.store, folder)).rejects.toMatchObject({ code: 'conflict' })
  })

  test('from before the portal moved to another address is proven with the key under its new name', async () => {
    const { signer } = await exported()
    expect(await verifyExport(folder, verifierKey('new.example/restante-trail', signer.publicKey))).toMatchObject({ ok: true })
  })

  test('a clock that went back is mentioned and disproves nothing', async () => {
    const trail = memoryTrail()
    await trail.record(opening('msg_1'), NOON)
    await trail.record(opening('msg_2'), NOON - 5)
    await trail.sign()
    await exportTrail(trail.store, folder)
    const result = await verifyExport(folder, trail.key)
    expect(result).toMatchObject({
      ok: true,
      warnings: [{ where: 'entry 1', what: 'Its time is 5 ms before the entry above it.' }],
    })
  })
})

describe('tampering without the private key', () => {
  test('an edited entry is noticed, between which checkpoints it lies included', async () => {
    const { key } = await exported()
    await editLines(lines => lines.with(5, lines[5]!.replace('rcp_ada', 'rcp_bob')))
    expect(await problems(key)).toEqual([
      'entries 4 to 7: They are not what checkpoint 2, at size 8, was signed for: changed, removed, added or moved.',
    ])
    expect(await verifyExport(folder, key)).toMatchObject({ proven: 4 })
  })

  test('a deleted entry is noticed', async () => {
    const { key } = await exported()
    await editLines(lines => lines.toSpliced(5, 1))
    expect(await problems(key)).toContain('entry 5: Here should be entry 5, but it is entry 6: removed, added, swapped or moved.')
  })

  test('a deleted entry is noticed even when the rest is renumbered', async () => {
    const { key } = await exported()
    await editLines(lines => lines.toSpliced(5, 1).map((line, i) => line.replace(/"index":\d+/, `"index":${i}`)))
    expect((await problems(key))[0]).toContain('entries 4 to 7: They are not what checkpoint 2')
  })

  test('an added entry is noticed', async () => {
    const { key } = await exported()
    await editLines(lines => lines.toSpliced(5, 0, lines[5]!))
    expect(await problems(key)).toContain('entry 6: Here should be entry 6, but it is entry 5: removed, added, swapped or moved.')
  })

  test('swapped entries are noticed', async () => {
    const { key } = await exported()
    await editLines(lines => lines.with(5, lines[6]!).with(6, lines[5]!))
    expect((await problems(key))[0]).toBe('entry 5: Here should be entry 5, but it is entry 6: removed, added, swapped or moved.')
  })

  test('a trail in reverse is noticed, and the list of what is wrong stays short', async () => {
    const trail = memoryTrail()
    await trail.grow(100)
    await trail.sign()
    await exportTrail(trail.store, folder)
    await editLines(lines => lines.reverse())
    const found = await problems(trail.key)
    expect(found).toHaveLength(21)
    expect(found.at(-1)).toMatch(/^beyond: And \d+ more\.$/)
  })

  test('a truncated trail is noticed by its last checkpoint', async () => {
    const { key } = await exported()
    await editLines(lines => lines.slice(0, 10))
    expect(await problems(key)).toEqual([
      'checkpoint 3: It was signed for 12 entries, but there are only 10: the end was cut off, or entries were removed.',
    ])
  })

  test('truncated together with its checkpoints, it is noticed by an earlier checkpoint', async () => {
    const { key, earlier } = await exported()
    await editLines(lines => lines.slice(0, 8))
    await editNotes(notes => notes.slice(0, 2))
    expect(await verifyExport(folder, key)).toMatchObject({ ok: true, entries: 8 })
    expect((await problems(key, [earlier[2]!]))[0]).toContain(
      'earlier checkpoint 1: It was signed for 12 entries, but there are only 8',
    )
  })

  test('truncated and extended, it is noticed', async () => {
    const { key } = await exported()
    await editLines(lines => [...lines.slice(0, 10), ...lines.slice(10).map(line => line.replace('rcp_ada', 'rcp_bob'))])
    expect((await problems(key))[0]).toContain('entries 8 to 11: They are not what checkpoint 3')
  })

  test('entries after the last checkpoint are reported: nobody signed for them', async () => {
    const { key } = await exported()
    await editNotes(notes => notes.slice(0, 2))
    expect(await problems(key)).toEqual(['entries 8 to 11: 4 entries come after the last checkpoint: nobody signed for them.'])
    expect(await verifyExport(folder, key)).toMatchObject({ entries: 12, proven: 8 })
  })

  test('without any checkpoint nothing is proven', async () => {
    const { key } = await exported()
    await edit('checkpoints.txt', () => '')
    expect(await problems(key)).toEqual(['checkpoints: There is no checkpoint: nothing is proven.'])
  })

  test('signed anew by another key, it is noticed', async () => {
    const honest = await exported()
    await rm(folder, { recursive: true })
    await exported(testSigner())
    const found = await problems(honest.key)
    expect(found.slice(0, 3).every(problem => problem.includes('It is signed by another key'))).toBe(true)
    expect(await verifyExport(folder, honest.key)).toMatchObject({ proven: 0 })
  })

  test('a checkpoint taken out of the middle changes nothing that is proven; reordered ones are reported', async () => {
    const { key } = await exported()
    await editNotes(notes => notes.toSpliced(1, 1))
    expect(await verifyExport(folder, key)).toMatchObject({ ok: true, proven: 12, checkpoints: 2 })
    await editNotes(notes => notes.reverse())
    expect((await problems(key))[0]).toBe(
      'checkpoint 2: It is smaller (4) than the one before it (12): checkpoints were reordered.',
    )
  })

  test.each([
    ['white space', (line: string) => line.replace(':', ': ')],
    ['a key added twice', (line: string) => line.replace('"v":1', '"v":1,"v":1')],
    ['an address', (line: string) => line.replace('rcp_ada', 'ada@example.com')],
    ['nothing at all', () => ''],
  ])('%s in a line makes it no entry', async (_, change) => {
    const { key } = await exported()
    await editLines(lines => lines.with(5, change(lines[5]!)))
    expect((await problems(key))[0]).toMatch(/^entry 5: This /)
  })

  test('a last line that is cut off is noticed', async () => {
    const { key } = await exported()
    await edit('entries.jsonl', text => text.slice(0, -1))
    expect((await problems(key))[0]).toBe(
      'entry 11: This line has no end: the file was cut off, or it is far too long for an entry.',
    )
  })

  test('an endless line is not gathered in memory', async () => {
    const { key } = await exported()
    await edit('entries.jsonl', text => 'x'.repeat(1_000_000) + text)
    expect((await problems(key))[0]).toContain('entry 0: This line has no end')
  })

  test('garbage among the checkpoints is reported', async () => {
    const { key } = await exported()
    await edit('checkpoints.txt', text => `${text}\ngarbage\n`)
    expect(await problems(key)).toEqual([
      'checkpoint 4: This is not a signed note: there is no empty line between text and signatures.',
    ])
  })
})

describe('tampering with the private key', () => {
  test('a rewritten past, signed anew, is noticed with any one earlier checkpoint', async () => {
    const { key, signer, earlier } = await exported()
    await rm(folder, { recursive: true })
    const rewritten = memoryTrail(signer)
    await rewritten.record(opening('msg_forged'))
    await rewritten.grow(11)
    await rewritten.sign()
    await exportTrail(rewritten.store, folder)
    expect(await verifyExport(folder, key)).toMatchObject({ ok: true })
    for (const note of earlier) {
      expect((await problems(key, [note]))[0]).toMatch(/They are not what earlier checkpoint 1, at size \d+, was signed for/)
    }
  })

  test('two checkpoints of one size that contradict each other are noticed', async () => {
    const { key, signer, checkpoints } = await exported()
    const forged = signCheckpoint({ origin: ORIGIN, size: 8, rootHash: rootOf({ size: 0, edge: [] }) }, signer)
    await editNotes(notes => notes.toSpliced(2, 0, forged))
    expect(checkpoints).toHaveLength(3)
    expect((await problems(key))[0]).toContain('They are not what checkpoint 3, at size 8, was signed for')
  })
})

test('a key that is none is refused before anything is read', async () => {
  await expect(verifyExport('/nowhere', 'key')).rejects.toMatchObject({ code: 'invalid' })
})
