import { createReadStream } from 'node:fs'

/** Far above any entry or note; what is longer is neither, and is not gathered in memory. */
const MAX_BYTES = 65_536

/**
 * The lines of a file as bytes, without their newline. `whole` is false for a line that has none: the last of a file that was cut
 * off, or one that is far too long, after which nothing more is read.
 */
export async function* linesOf(path: string): AsyncGenerator<{ bytes: Uint8Array; whole: boolean }> {
  let pending: Buffer = Buffer.alloc(0)
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    let from = 0
    for (let end = pending.indexOf(0x0a); end !== -1; end = pending.indexOf(0x0a, from)) {
      yield { bytes: pending.subarray(from, end), whole: true }
      from = end + 1
    }
    pending = pending.subarray(from)
    if (pending.length > MAX_BYTES) break
  }
  if (pending.length > 0) yield { bytes: pending, whole: false }
}

/** The signed notes of a file, as {@link joinNotes} joined them; what stands after the last whole one comes last, as it is. */
export async function* notesOf(path: string): AsyncGenerator<string> {
  let note = ''
  let emptyLines = 0
  for await (const { bytes, whole } of linesOf(path)) {
    if (bytes.length === 0) emptyLines += 1
    if (emptyLines === 2 || note.length > MAX_BYTES) {
      yield note
      note = ''
      emptyLines = 0
    } else {
      note += Buffer.from(bytes).toString('utf8') + (whole ? '\n' : '')
    }
  }
  if (note !== '') yield note
}
