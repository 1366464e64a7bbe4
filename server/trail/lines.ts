import { createReadStream } from 'node:fs'

/** Far above any entry or note; what is longer is neither, and is not gathered in memory. */
const MAX_BYTES = 65_536

/** Without its newline. `whole` is false for one that has none: the last of a file that was cut off, or one that is far too long. */
interface Line {
  bytes: Uint8Array
  whole: boolean
}

/**
 * The lines of a file, as many together as were read at once: a turn for each would cost a verifier as much as its hashes. After a line
 * that is far too long nothing more is read.
 */
export async function* linesOf(path: string): AsyncGenerator<Line[]> {
  let pending: Buffer = Buffer.alloc(0)
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    const lines: Line[] = []
    let from = 0
    for (let end = pending.indexOf(0x0a); end !== -1; end = pending.indexOf(0x0a, from)) {
      lines.push({ bytes: pending.subarray(from, end), whole: true })
      from = end + 1
    }
    yield lines
    pending = pending.subarray(from)
    if (pending.length > MAX_BYTES) break
  }
  if (pending.length > 0) yield [{ bytes: pending, whole: false }]
}

/** The signed notes of a file, as {@link joinNotes} joined them; what stands after the last whole one comes last, as it is. */
export async function* notesOf(path: string): AsyncGenerator<string> {
  let note = ''
  let emptyLines = 0
  for await (const lines of linesOf(path)) {
    for (const { bytes, whole } of lines) {
      if (bytes.length === 0) emptyLines += 1
      if (emptyLines === 2 || note.length > MAX_BYTES) {
        yield note
        note = ''
        emptyLines = 0
      } else {
        note += Buffer.from(bytes).toString('utf8') + (whole ? '\n' : '')
      }
    }
  }
  if (note !== '') yield note
}
