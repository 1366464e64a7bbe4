import { mkdir, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { PortalError } from '../errors.ts'
import type { Store } from '../store.ts'
import { joinNotes } from './checkpoint.ts'

export const ENTRIES_FILE = 'entries.jsonl'
export const CHECKPOINTS_FILE = 'checkpoints.txt'
const README_FILE = 'README.txt'

/** Entries read at once. */
const BATCH = 1_000
const NEWLINE = Uint8Array.of(0x0a)

/** How far a long work has come. */
export type Progress = (done: number, total: number) => void

/**
 * Writes the whole trail into an empty folder, for anyone to verify: `entries.jsonl`, `checkpoints.txt`, and `README.txt`, which says
 * how. Memory does not grow with the trail.
 *
 * @param directory - made when it is not there.
 * @param isSigned - to end with the last entry that a checkpoint covers: a portal that serves has added more since it was signed.
 * @throws PortalError `conflict` when it holds something already.
 */
export async function exportTrail(
  store: Pick<Store, 'read'>,
  directory: string,
  { isSigned = false, onProgress }: { isSigned?: boolean; onProgress?: Progress | undefined } = {},
): Promise<{ entries: number; checkpoints: number }> {
  await requireEmptyFolder(directory)
  // What is appended from here on belongs to the next export: rows below this size never change, so batches need no common snapshot.
  const { size, notes } = await store.read(async tx => {
    const size = (isSigned ? await tx.trail.latestCheckpoint() : null)?.size ?? (await tx.trail.head()).size
    return { size, notes: (await tx.trail.checkpoints()).filter(checkpoint => checkpoint.size <= size).map(({ note }) => note) }
  })
  await writeDurably(join(directory, ENTRIES_FILE), entryLines(store, size, onProgress))
  await writeDurably(join(directory, CHECKPOINTS_FILE), [joinNotes(notes)])
  await writeDurably(join(directory, README_FILE), [README])
  return { entries: size, checkpoints: notes.length }
}

/** Makes the folder when it is not there. @throws PortalError `conflict` when it holds something already. */
export async function requireEmptyFolder(directory: string): Promise<void> {
  // The entries are pseudonymous, not anonymous: only for the operator's own eyes until they decide otherwise.
  await mkdir(directory, { recursive: true, mode: 0o700 })
  if ((await readdir(directory)).length > 0) throw new PortalError('conflict', `The folder ${directory} is not empty.`)
}

async function* entryLines(store: Pick<Store, 'read'>, size: number, onProgress?: Progress): AsyncGenerator<Uint8Array> {
  let next = 0
  onProgress?.(next, size)
  while (next < size) {
    const rows = await store.read(tx => tx.trail.entries(next, Math.min(BATCH, size - next)))
    if (rows.length === 0)
      throw new PortalError('tampered', `The trail says it holds ${size} entries, but number ${next} is missing.`)
    yield Buffer.concat(rows.flatMap(row => [row.bytes, NEWLINE]))
    next += rows.length
    onProgress?.(next, size)
  }
}

async function writeDurably(path: string, parts: AsyncIterable<Uint8Array> | Iterable<string>): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    for await (const part of parts) await file.appendFile(part)
    await file.sync()
  } finally {
    await file.close()
  }
}

const README = `AN EXPORTED AUDIT TRAIL

This folder holds everything a portal for secure messages recorded about who did what and when, and what is needed to find out
whether any of it was changed. It holds no message, no name and no address: people and messages appear as ids.

  entries.jsonl      one entry a line, oldest first. The first has index 0.
  checkpoints.txt    what the portal signed over time: "when the trail had this many entries, this was its root".

TO VERIFY WITH THE PORTAL'S PROGRAM (no network, no database, no settings):

  npx portal audit verify THIS_FOLDER --key KEY [--checkpoint FILE]

KEY is the portal's public verifier key (from "portal audit key"). Get it from somewhere other than this folder. FILE holds one or
more checkpoints that you were given earlier. With an earlier checkpoint you need not trust even the holder of the private key:
nothing before it can have been changed without being noticed.

TO VERIFY BY HAND:

1. Each line of entries.jsonl, without its newline, is the exact text that was hashed. It is JSON with sorted keys and no spaces.
   "at" is milliseconds since 1970-01-01 00:00 UTC. "index" counts up by one from line to line.

2. The leaf hash of an entry is SHA-256 of one zero byte and the line. For line 1:

     (printf '\\000'; sed -n 1p entries.jsonl | tr -d '\\n') | sha256sum

3. Two hashes that stand beside each other become one: SHA-256 of a byte of value one, the left hash, the right hash (as 32 bytes each):

     (printf '\\001'; printf LEFT_HEX | xxd -r -p; printf RIGHT_HEX | xxd -r -p) | sha256sum

   The root of a list of leaf hashes: of one, itself. Of more, split the list after the largest power of two that is smaller than
   its length, and join the roots of the two parts as above. (RFC 6962, section 2.1.)

4. A checkpoint in checkpoints.txt is three lines (the trail's name, the number of entries, the root in base64), an empty line, and a
   signature line. Another empty line divides it from the next. Take the first entries, as many as the second line says: their
   root must be the third line.

     printf ROOT_HEX | xxd -r -p | base64

5. The signature line is: a dash, a space, the name, a space, and base64 of 4 bytes of key id and 64 bytes of an Ed25519 signature of
   the first three lines, each with its newline. The key is in the last part of the verifier key: base64 of a byte of value one
   and the 32 bytes of the public key. The format is that of C2SP: signed-note and tlog-checkpoint.

An entry's "commitments" are SHA-256 of 32 secret random bytes and a value. Whoever holds both can show what the value was; once they
are destroyed, nobody can.
`
