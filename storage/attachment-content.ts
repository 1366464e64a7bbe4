import { PortalError } from '../server/errors.ts'
import type { Attachment } from '../server/message.ts'
import type { ByteRange } from '../server/staged-file.ts'
import { contentPlace } from './attachments.ts'
import type { Engine } from './engines/engine.ts'
import { objectGone, type PartStore } from './part-stores/part-store.ts'
import type { AttachmentRow } from './schema.ts'
import { tampered } from './sealing/refusal.ts'
import { ObjectSecret, SEALED_CHUNK_BYTES } from './sealing/sealed-object.ts'
import { CHUNK_BYTES, chunkBytes } from './sealing/stream.ts'
import { letGo } from './spent-bytes.ts'
import { type PortalKeys, type Work, workOn } from './work.ts'

type Reads = Pick<Engine, 'read'>

/** What content is read from. */
export interface ContentSource {
  engine: Reads
  keys: PortalKeys
  store: Pick<PartStore, 'read'>
}

/** An attachment being opened, wherever its chunks lie. */
interface OpenedContent {
  /** Plaintext bytes. */
  size: number
  /** Chunks from `first` to `last`, both included, as they are sealed, in order. */
  sealed(first: number, last: number): AsyncIterable<Uint8Array>
  /** @throws PortalError `tampered` */
  open(number: number, sealed: Uint8Array): Uint8Array
  close(): void
}

/** What is handed out at once: on its way to the reader each block is passed on several times, and each time costs as much as it would for less. */
const BLOCK_BYTES = 4 * CHUNK_BYTES

/**
 * Hands an attachment out block by block, each chunk in it verified, and of a part of it only the chunks that hold it. Between blocks no
 * transaction is open, so a slow reader holds nothing. What comes out belongs to the reader.
 */
export async function* attachmentContent(
  source: ContentSource,
  { id }: Pick<Attachment, 'id'>,
  range?: ByteRange,
): AsyncGenerator<Uint8Array> {
  const content = await source.engine.read(db => openContent(source, workOn(db, source.keys), id))
  try {
    const { from, to } = range ?? { from: 0, to: content.size }
    yield* inOwnBlocks(openedChunks(content, from, to), to - from)
  } finally {
    content.close()
  }
}

/** What is wanted of each chunk. */
async function* openedChunks(content: OpenedContent, from: number, to: number): AsyncGenerator<Uint8Array> {
  let number = Math.floor(from / CHUNK_BYTES)
  const last = Math.max(number, Math.ceil(to / CHUNK_BYTES) - 1)
  for await (const sealed of content.sealed(number, last)) {
    const begin = number * CHUNK_BYTES
    yield content.open(number, sealed).subarray(Math.max(0, from - begin), to - begin)
    number++
  }
}

/** Bytes, `size` of them, as blocks with memory of their own. */
async function* inOwnBlocks(pieces: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let left = size
  let block = Buffer.allocUnsafeSlow(Math.min(BLOCK_BYTES, left))
  let filled = 0
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; ) {
      const copied = Math.min(piece.length - at, block.length - filled)
      block.set(piece.subarray(at, at + copied), filled)
      at += copied
      filled += copied
      if (filled < block.length) continue
      yield block
      left -= filled
      block = Buffer.allocUnsafeSlow(Math.min(BLOCK_BYTES, left))
      filled = 0
    }
    letGo(piece)
  }
}

async function openContent(source: ContentSource, work: Work, id: string): Promise<OpenedContent> {
  const row = await work.db.selectFrom('attachments').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw objectGone()
  work.rows.check('attachments', row)
  return row.stored_object === null ? inChunkRows(source, work, row) : inObject(source, work, row, row.stored_object)
}

async function inChunkRows({ engine }: ContentSource, { db, parts }: Work, row: AttachmentRow): Promise<OpenedContent> {
  const stream = await parts.stream(contentPlace(row, 'content'), row.size)
  if (!stream) throw tampered()
  const { count } = await db
    .selectFrom('attachment_chunks')
    .select(chunk => chunk.fn.countAll<number>().as('count'))
    .where('attachment', '=', row.id)
    .executeTakeFirstOrThrow()
  if (Number(count) !== stream.chunks) throw tampered()
  return {
    size: row.size,
    async *sealed(first, last) {
      for (let number = first; number <= last; number++) yield await chunkRow(engine, row.id, number)
    },
    open: (number, sealed) => stream.chunk(number, sealed),
    close: () => stream.close(),
  }
}

async function inObject(
  { engine, store }: ContentSource,
  { parts }: Work,
  row: AttachmentRow,
  object: string,
): Promise<OpenedContent> {
  const place = contentPlace(row, 'object')
  const secret = await parts.findSealed(place, (part, wrapping) => ObjectSecret.open(part, place, wrapping))
  if (!secret) throw tampered()
  if (secret.size !== row.size) {
    secret.close()
    throw tampered()
  }
  const at = { organization: row.organization, object }
  return {
    size: row.size,
    async *sealed(first, last) {
      try {
        yield* sealedChunks(store, object, row.size, first, last)
      } catch (error) {
        throw isGone(error) ? await goneOrTampered(engine, row.id) : error
      }
    },
    open: (number, sealed) => secret.chunk(number, sealed, at),
    close: () => secret.close(),
  }
}

/** Pieces of an object, put together into its chunks, each good until the next; without copying where a piece holds a whole one. */
async function* sealedChunks(
  store: Pick<PartStore, 'read'>,
  object: string,
  size: number,
  first: number,
  last: number,
): AsyncGenerator<Uint8Array> {
  const sealedBytes = (number: number) => chunkBytes(size, number) + SEALED_CHUNK_BYTES - CHUNK_BYTES
  const end = last * SEALED_CHUNK_BYTES + sealedBytes(last)
  let number = first
  let rest: Uint8Array = new Uint8Array(0)
  for await (const piece of store.read(object, first * SEALED_CHUNK_BYTES, end)) {
    rest = rest.length === 0 ? piece : Buffer.concat([rest, piece])
    for (; number <= last && rest.length >= sealedBytes(number); number++) {
      yield rest.subarray(0, sealedBytes(number))
      rest = rest.subarray(sealedBytes(number))
    }
    // The piece it lies in is good no longer.
    rest = Uint8Array.prototype.slice.call(rest)
  }
  // Shorter than it was.
  if (number <= last) throw objectGone()
}

async function chunkRow(engine: Reads, attachment: string, number: number): Promise<Uint8Array> {
  const row = await engine.read(db =>
    db
      .selectFrom('attachment_chunks')
      .select('sealed')
      .where('attachment', '=', attachment)
      .where('number', '=', number)
      .executeTakeFirst(),
  )
  if (row) return row.sealed
  throw await goneOrTampered(engine, attachment)
}

/** The message may have been disposed of while somebody was reading. */
const goneOrTampered = (engine: Reads, attachment: string): Promise<Error> =>
  engine.read(async db => {
    const stillKept = await db.selectFrom('attachments').select('id').where('id', '=', attachment).executeTakeFirst()
    return stillKept ? tampered() : objectGone()
  })

const isGone = (error: unknown): boolean => error instanceof PortalError && error.code === 'gone'
