import { PortalError } from '../server/errors.ts'
import type { Attachment } from '../server/message.ts'
import type { Attachments } from '../server/store.ts'
import { inBatches } from './batches.ts'
import type { Engine } from './engines/engine.ts'
import type { AttachmentRow } from './schema.ts'
import { tampered } from './sealing/refusal.ts'
import type { OpenStream } from './sealing/stream.ts'
import { type PortalKeys, type Work, workOn } from './work.ts'

/** What is sealed of an attachment beside its content. */
type File = Pick<Attachment, 'name' | 'type'>

export function attachments({ db, parts, rows }: Work): Attachments {
  const opened = async (found: AttachmentRow[]): Promise<Attachment[]> => {
    for (const row of found) rows.check('attachments', row)
    const files = await parts.getMany<File>(found.map(row => place(row, 'file')))
    return found.map(({ mac: _, ...row }) => ({ ...row, ...files.get(row.id)! }))
  }

  const ofMessages = async (messages: readonly string[]): Promise<Attachment[]> =>
    opened(
      await inBatches(messages, some =>
        db.selectFrom('attachments').selectAll().where('message', 'in', some).orderBy('id').execute(),
      ),
    )

  return {
    async add({ name, type, ...attachment }, content) {
      if (content.length !== attachment.size) throw new RangeError('The size of an attachment is the size of its content.')
      const { id, message, organization, recipient, size } = attachment
      const row = rows.sign('attachments', { id, message, organization, recipient, size })
      await db.insertInto('attachments').values(row).execute()
      await parts.add(place(row, 'file'), { name, type })
      await parts.addStream(place(row, 'content'), content, async (number, sealed) => {
        await db.insertInto('attachment_chunks').values({ attachment: id, number, sealed }).execute()
      })
    },

    async find(id) {
      const row = await db.selectFrom('attachments').selectAll().where('id', '=', id).executeTakeFirst()
      return row ? ((await opened([row]))[0] ?? null) : null
    },

    ofMessage: message => ofMessages([message]),
    ofMessages,
  }
}

/**
 * Hands an attachment out chunk by chunk, each one verified; between chunks no transaction is open, so a slow reader holds nothing.
 */
export async function* attachmentContent(engine: Engine, keys: PortalKeys, { id }: Attachment): AsyncGenerator<Uint8Array> {
  const stream = await engine.read(db => openContent(workOn(db, keys), id))
  try {
    for (let number = 0; number < stream.chunks; number++) {
      const sealed = await engine.read(db => sealedChunk(workOn(db, keys), id, number))
      yield stream.chunk(number, sealed)
    }
  } finally {
    stream.close()
  }
}

async function openContent({ db, parts, rows }: Work, id: string): Promise<OpenStream> {
  const row = await db.selectFrom('attachments').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw gone()
  rows.check('attachments', row)
  const stream = await parts.stream(place(row, 'content'), row.size)
  if (!stream) throw tampered()
  const { count } = await db
    .selectFrom('attachment_chunks')
    .select(chunk => chunk.fn.countAll<number>().as('count'))
    .where('attachment', '=', id)
    .executeTakeFirstOrThrow()
  if (count !== stream.chunks) throw tampered()
  return stream
}

async function sealedChunk({ db }: Work, attachment: string, number: number): Promise<Uint8Array> {
  const chunk = db
    .selectFrom('attachment_chunks')
    .select('sealed')
    .where('attachment', '=', attachment)
    .where('number', '=', number)
  const row = await chunk.executeTakeFirst()
  if (row) return row.sealed
  // The message may have been disposed of while somebody was reading.
  const stillKept = await db.selectFrom('attachments').select('id').where('id', '=', attachment).executeTakeFirst()
  throw stillKept ? tampered() : gone()
}

const gone = () => new PortalError('gone', 'This attachment is no longer kept.')

const place = ({ id, organization, recipient }: Pick<Attachment, 'id' | 'organization' | 'recipient'>, part: string) => ({
  organization,
  owner: id,
  recipient,
  part,
})
