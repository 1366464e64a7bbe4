import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isPortalError } from '../errors.ts'
import type { Instant } from '../time.ts'
import type { EntryPlace } from './canonical-entry.ts'
import { parseVerifierKey } from './checkpoint.ts'
import { Claims } from './claims.ts'
import { decodePlace } from './entry.ts'
import { CHECKPOINTS_FILE, ENTRIES_FILE, type Progress } from './export.ts'
import { type Finding, Findings } from './findings.ts'
import { linesOf } from './lines.ts'
import { addLeaf, leafHash, type TreeHead } from './tree.ts'

export interface Verification {
  /** Whether every entry is proven: unchanged, in place, under a checkpoint of this key. */
  ok: boolean
  /** Entries found. */
  entries: number
  /** Entries that are under a checkpoint of this key whose root they give. */
  proven: number
  /** Checkpoints that hold, earlier ones included. */
  checkpoints: number
  /** Empty exactly when `ok`. The first twenty, and a last one that says how many more. */
  problems: Finding[]
  /** What is odd but disproves nothing. */
  warnings: Finding[]
}

/**
 * Verifies an exported trail with the public key alone: no network, no database, no settings. Reads the files once, from beginning to
 * end; memory grows with the logarithm of the trail.
 *
 * @param directory - as {@link exportTrail} wrote it.
 * @param key - verifier key in C2SP form.
 * @param earlier - checkpoints that were handed out before. They alone show whether the holder of the private key rewrote the past.
 * @throws PortalError `invalid` when the key is none; Error when a file cannot be read. What is wrong
 *   with the trail, a missing file included, is not thrown.
 */
export async function verifyExport(
  directory: string,
  key: string,
  { earlier = [], onProgress }: { earlier?: readonly string[] | undefined; onProgress?: Progress | undefined } = {},
): Promise<Verification> {
  const verifier = parseVerifierKey(key)
  const findings = new Findings()
  const entriesFile = join(directory, ENTRIES_FILE)
  const checkpointsFile = join(directory, CHECKPOINTS_FILE)
  for (const [file, name] of [
    [entriesFile, ENTRIES_FILE],
    [checkpointsFile, CHECKPOINTS_FILE],
  ] as const) {
    if (!existsSync(file)) findings.problem(name, 'This file is missing.')
  }
  if (findings.problems.length > 0) return nothingProven(findings)

  const claims = await Claims.open(checkpointsFile, earlier, verifier, findings)
  const order = new EntryOrder(findings)
  const { size: totalBytes } = await stat(entriesFile)
  let doneBytes = 0
  const head: TreeHead = { size: 0, edge: [] }

  await claims.meet(head)
  for await (const lines of linesOf(entriesFile)) {
    for (const { bytes, whole } of lines) {
      const entry = order.check(bytes, whole, head.size)
      if (entry !== null) claims.read(entry)
      addLeaf(head, leafHash(bytes))
      if (claims.isDue(head)) await claims.meet(head)
      doneBytes += bytes.length + 1
      if (head.size % PROGRESS_EVERY === 0) onProgress?.(doneBytes, totalBytes)
    }
  }
  onProgress?.(totalBytes, totalBytes)
  await claims.end(head)

  const { problems, warnings } = findings
  return {
    ok: problems.length === 0,
    entries: head.size,
    proven: claims.proven,
    checkpoints: claims.confirmed,
    problems,
    warnings,
  }
}

const nothingProven = ({ problems }: Findings): Verification => ({
  ok: false,
  entries: 0,
  proven: 0,
  checkpoints: 0,
  problems,
  warnings: [],
})

const PROGRESS_EVERY = 1_000

/** Each entry by itself and against the one before it. */
class EntryOrder {
  readonly #findings: Findings
  #expected = 0
  #before: Instant = 0

  constructor(findings: Findings) {
    this.#findings = findings
  }

  check(bytes: Uint8Array, whole: boolean, line: number): EntryPlace | null {
    const where = `entry ${line}`
    if (!whole) this.#findings.problem(where, 'This line has no end: the file was cut off, or it is far too long for an entry.')
    const entry = this.#decode(bytes, where)
    if (entry === null) {
      this.#expected += 1
      return null
    }
    if (entry.index !== this.#expected) {
      this.#findings.problem(
        where,
        `Here should be entry ${this.#expected}, but it is entry ${entry.index}: removed, added, swapped or moved.`,
      )
    }
    if (entry.at < this.#before) {
      this.#findings.warning(where, `Its time is ${this.#before - entry.at} ms before the entry above it.`)
    }
    this.#before = entry.at
    this.#expected = entry.index + 1
    return entry
  }

  #decode(bytes: Uint8Array, where: string): EntryPlace | null {
    try {
      return decodePlace(bytes)
    } catch (error) {
      if (!isPortalError(error)) throw error
      this.#findings.problem(where, error.message)
      return null
    }
  }
}
