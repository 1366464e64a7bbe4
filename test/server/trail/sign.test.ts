import { describe, expect, test } from 'vitest'
import { openCheckpoint, signCheckpoint } from '../../../server/trail/checkpoint.ts'
import { appendLeaf, EMPTY_TREE, leafHash, rootOf } from '../../../server/trail/tree.ts'
import { memoryTrail, ORIGIN, testSigner } from './memory-trail.ts'

const tampered = (sentence: string) => expect.objectContaining({ code: 'tampered', message: expect.stringContaining(sentence) })

describe('signing a checkpoint', () => {
  test('of an empty trail there is nothing to sign', async () => {
    expect(await memoryTrail().sign()).toBeNull()
  })

  test('it says how many entries there are and what their root is, in the database and in the history', async () => {
    const trail = memoryTrail()
    await trail.grow(5)
    const signed = await trail.sign()
    expect(openCheckpoint(signed!.checkpoint.note, trail.key)).toEqual({
      origin: ORIGIN,
      size: 5,
      rootHash: rootOf(trail.kept.head),
    })
    expect(trail.checkpoints).toEqual([signed!.checkpoint])
    expect(trail.history.notes).toEqual([signed!.checkpoint.note])
  })

  test('without growth the last one stands and nothing is added', async () => {
    const trail = memoryTrail()
    await trail.grow(5)
    const first = await trail.sign()
    expect(await trail.sign()).toMatchObject({ isNew: false, checkpoint: first!.checkpoint })
    expect(trail.checkpoints).toHaveLength(1)
    expect(trail.history.notes).toHaveLength(1)
  })

  test('what was compared before need not be read again', async () => {
    const trail = memoryTrail()
    await trail.grow(5)
    const first = await trail.sign()
    await trail.grow(3)
    // Were the old leaves read, the trail would be refused.
    for (const row of trail.rows.slice(0, 5)) row.leafHash = leafHash(new Uint8Array())
    expect(await trail.sign(first!.head)).toMatchObject({ isNew: true, checkpoint: { size: 8 } })
    await expect(trail.sign()).rejects.toEqual(tampered('are not those that the checkpoint'))
  })

  test('a history that was lost is begun again from the database', async () => {
    const trail = memoryTrail()
    await trail.grow(5)
    await trail.sign()
    trail.history.notes.length = 0
    await trail.sign()
    expect(trail.history.notes).toEqual([trail.checkpoints[0]!.note])
  })

  test('when it stopped between history and database, the database catches up', async () => {
    const trail = memoryTrail()
    await trail.grow(5)
    await trail.sign()
    trail.checkpoints.length = 0
    expect(await trail.sign()).toMatchObject({ isNew: true, checkpoint: { size: 5 } })
    expect(trail.history.notes).toHaveLength(1)
    expect(trail.checkpoints).toHaveLength(1)
  })
})

describe('never a checkpoint that contradicts an earlier one', () => {
  async function signedTrail() {
    const trail = memoryTrail()
    await trail.grow(8)
    await trail.sign()
    return { ...trail, signatures: trail.history.notes.length }
  }
  const refused = async (trail: Awaited<ReturnType<typeof signedTrail>>, sentence: string) => {
    await expect(trail.sign()).rejects.toEqual(tampered(sentence))
    expect(trail.history.notes).toHaveLength(trail.signatures)
  }
  const rebuildHead = (trail: Awaited<ReturnType<typeof signedTrail>>) => {
    trail.kept.head = trail.rows.reduce((head, row) => appendLeaf(head, row.leafHash), EMPTY_TREE)
  }

  test('an entry changed in the database is noticed', async () => {
    const trail = await signedTrail()
    await trail.grow(1)
    trail.rows[3]!.leafHash = leafHash(new Uint8Array([1]))
    rebuildHead(trail)
    await refused(trail, 'The first 8 entries of the trail are not those that the checkpoint in the database was signed for.')
  })

  test('an older database put back is noticed by the history, which is not in it', async () => {
    const trail = await signedTrail()
    await trail.grow(4)
    await trail.sign()
    trail.signatures = 2
    trail.rows.length = 8
    trail.checkpoints.length = 1
    rebuildHead(trail)
    await refused(
      trail,
      'The trail holds 8 entries, but a checkpoint was signed at 12: entries were removed, or an older database was put back.',
    )
    await trail.grow(6)
    for (const row of trail.rows.slice(8)) row.leafHash = leafHash(Buffer.from(`another story ${row.index}`))
    rebuildHead(trail)
    await refused(
      trail,
      'The first 12 entries of the trail are not those that the checkpoint in the checkpoint history was signed for.',
    )
  })

  test('an empty database beside an old history is noticed', async () => {
    const trail = await signedTrail()
    trail.rows.length = 0
    trail.checkpoints.length = 0
    rebuildHead(trail)
    await refused(trail, 'The trail holds 0 entries, but a checkpoint was signed at 8')
  })

  test('an entry removed from below the head is noticed', async () => {
    const trail = await signedTrail()
    await trail.grow(2)
    trail.rows.pop()
    await refused(trail, 'The trail says it holds 10 entries, but number 9 is missing.')
  })

  test('a head that is not that of the entries is noticed', async () => {
    const trail = await signedTrail()
    await trail.grow(1)
    trail.kept.head = { size: 9, edge: [...trail.kept.head.edge.slice(0, -1), leafHash(new Uint8Array([9]))] }
    await refused(trail, 'The 9 entry hashes of the trail do not give the root that is kept beside them.')
  })

  test('a checkpoint of another key is not built upon', async () => {
    const trail = await signedTrail()
    const { size, rootHash } = trail.checkpoints[0]!
    trail.history.notes[0] = signCheckpoint({ origin: ORIGIN, size, rootHash }, testSigner())
    await refused(trail, 'The last checkpoint in the checkpoint history cannot be trusted. It is signed by another key')
  })
})
