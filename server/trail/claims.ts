import { isPortalError } from '../errors.ts'
import type { EntryPlace } from './canonical-entry.ts'
import { type Checkpoint, openEarlierCheckpoint, type VerifierKey } from './checkpoint.ts'
import type { Findings } from './findings.ts'
import { notesOf } from './lines.ts'
import { Restorations } from './part.ts'
import { rootOf, sameHash, type TreeHead } from './tree.ts'

interface Claim extends Checkpoint {
  where: string
}

/** The checkpoints, met in order of size while the tree grows beside them. */
export class Claims {
  readonly #notes: AsyncIterator<string>
  readonly #key: VerifierKey
  readonly #findings: Findings
  readonly #restorations = new Restorations()
  /** Those handed in, smallest first. */
  readonly #earlier: Claim[]
  #next: Claim | null = null
  #count = 0
  #lastSize = -1
  #holds = true
  proven = 0
  confirmed = 0

  static async open(path: string, earlier: readonly string[], key: VerifierKey, findings: Findings): Promise<Claims> {
    const claims = new Claims(notesOf(path), earlier, key, findings)
    await claims.#advance()
    return claims
  }

  private constructor(notes: AsyncIterator<string>, earlier: readonly string[], key: VerifierKey, findings: Findings) {
    this.#notes = notes
    this.#key = key
    this.#findings = findings
    this.#earlier = earlier
      .map((note, i) => this.#open(note, `earlier checkpoint ${i + 1}`))
      .filter(claim => claim !== null)
      .sort((a, b) => a.size - b.size)
  }

  /** Takes note when an entry says that the trail goes on from a backup: what was signed beyond it, before, is lost. */
  read(entry: EntryPlace): void {
    this.#restorations.read(entry)
  }

  /** Whether a checkpoint was signed at this size. */
  isDue = ({ size }: TreeHead): boolean => this.#earlier[0]?.size === size || this.#next?.size === size

  /** Compares the root with every checkpoint signed at this size. */
  async meet(head: TreeHead): Promise<void> {
    while (this.#earlier[0]?.size === head.size) this.#compare(this.#earlier.shift()!, head)
    while (this.#next?.size === head.size) {
      this.#compare(this.#next, head)
      await this.#advance()
    }
  }

  /** What is left over when the entries have ended. */
  async end(head: TreeHead): Promise<void> {
    for (const claim of this.#earlier) this.#tooLarge(claim, head)
    while (this.#next !== null) {
      this.#tooLarge(this.#next, head)
      await this.#advance()
    }
    if (this.#count === 0) this.#findings.problem('checkpoints', 'There is no checkpoint: nothing is proven.')
    else if (this.#holds && this.proven < head.size) {
      const open = head.size - this.proven
      this.#findings.problem(
        `entries ${this.proven} to ${head.size - 1}`,
        `${open === 1 ? 'One entry comes' : `${open} entries come`} after the last checkpoint: nobody signed for them.`,
      )
    }
  }

  #compare(claim: Claim, head: TreeHead): void {
    if (this.#isLost(claim)) return
    if (sameHash(rootOf(head), claim.rootHash)) {
      this.confirmed += 1
      // A root that holds proves everything before it, also what an unreadable or forged checkpoint left in doubt.
      if (this.#holds) this.proven = head.size
      return
    }
    // Once the past is changed, every later root differs with it; the first one says between which two checkpoints.
    if (this.#holds || claim.where.startsWith('earlier')) {
      const range =
        claim.size > this.proven && this.#holds ? `entries ${this.proven} to ${claim.size - 1}` : `entries 0 to ${claim.size - 1}`
      this.#findings.problem(
        range,
        `They are not what ${claim.where}, at size ${claim.size}, was signed for: changed, removed, added or moved.`,
      )
    }
    this.#holds = false
  }

  #isLost(claim: Claim): boolean {
    const at = this.#restorations.lostFrom(claim)
    if (at === null) return false
    this.#findings.problem(
      claim.where,
      `It was signed for ${claim.size} entries, of which those from ${at} on were lost: entry ${at} says that the portal was restored from a backup.`,
    )
    return true
  }

  #tooLarge(claim: Claim, head: TreeHead): void {
    if (this.#isLost(claim)) return
    this.#holds = false
    this.#findings.problem(
      claim.where,
      `It was signed for ${claim.size} entries, but there are only ${head.size}: the end was cut off, or entries were removed.`,
    )
  }

  async #advance(): Promise<void> {
    this.#next = null
    while (this.#next === null) {
      const read = await this.#notes.next()
      if (read.done === true) return
      this.#count += 1
      const claim = this.#open(read.value, `checkpoint ${this.#count}`)
      if (claim !== null && claim.size < this.#lastSize) {
        this.#findings.problem(
          claim.where,
          `It is smaller (${claim.size}) than the one before it (${this.#lastSize}): checkpoints were reordered.`,
        )
      } else {
        this.#next = claim
      }
    }
    this.#lastSize = (this.#next as Claim).size
  }

  #open(note: string, where: string): Claim | null {
    try {
      return { ...openEarlierCheckpoint(note, this.#key), where }
    } catch (error) {
      if (!isPortalError(error)) throw error
      this.#findings.problem(where, error.message)
      return null
    }
  }
}
