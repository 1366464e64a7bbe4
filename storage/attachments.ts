import type { Attachment } from '../server/message.ts'
import type { Attachments } from '../server/store.ts'
import { inBatches } from './batches.ts'
import { prepared } from './prepared.ts'
import type { AttachmentRow } from './schema.ts'
import type { Place } from './sealing/envelope.ts'
import { ObjectSecret } from './sealing/sealed-object.ts'
import { noLongerStaged } from './staged-files.ts'
import { stagedPlace, storedObjects } from './stored-objects.ts'
import type { Work } from './work.ts'

/** What is sealed of an attachment beside its content. */
type File = Pick<Attachment, 'name' | 'type'>

export function attachments(work: Work): Attachments {
  const { db, parts, rows } = work

  const opened = async (found: AttachmentRow[]): Promise<Attachment[]> => {
    for (const row of found) rows.check('attachments', row)
    const files = await parts.getMany<File>(found.map(row => contentPlace(row, 'file')))
    return found.map(({ mac: _mac, stored_object: _object, ...row }) => ({ ...row, ...files.get(row.id)! }))
  }

  const ofMessages = async (messages: readonly string[]): Promise<Attachment[]> =>
    opened(await inBatches(messages, async some => (await ofThem(db, { messages: some })).rows))

  const insert = async ({ name, type, ...attachment }: Attachment, stored_object: string | null): Promise<AttachmentRow> => {
    const { id, message, organization, recipient, size } = attachment
    const row = rows.sign('attachments', { id, message, organization, recipient, size, stored_object })
    await db.insertInto('attachments').values(row).execute()
    await parts.add(contentPlace(row, 'file'), { name, type } satisfies File)
    return row
  }

  return {
    async add(attachment, content) {
      if (content.length !== attachment.size) throw new RangeError('The size of an attachment is the size of its content.')
      const row = await insert(attachment, null)
      await parts.addStream(contentPlace(row, 'content'), content, async (number, sealed) => {
        await db.insertInto('attachment_chunks').values({ attachment: row.id, number, sealed }).execute()
      })
    },

    async addStaged(attachment, staged) {
      const { organization, size } = attachment
      const from = stagedPlace(organization, staged, 'object')
      const object = await storedObjects(work).find(staged)
      // Somebody else's object has its secret in another place and would not open; that it is none of theirs is asked before.
      const secret =
        object?.state === 'staged' && object.organization === organization
          ? await parts.findSealed(from, (part, wrapping) => ObjectSecret.open(part, from, wrapping))
          : undefined
      if (secret === undefined) throw noLongerStaged()
      try {
        if (secret.size !== size) throw new RangeError('The size of an attachment is the size of its content.')
        const to = contentPlace(await insert(attachment, staged), 'object')
        await parts.addSealed(to, wrapping => secret.seal(to, wrapping))
      } finally {
        secret.close()
      }
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
 * Where a part of an attachment belongs: `file`, its name and type; `content`, the head of a stream in chunks; `object`, what opens the
 * object that holds it.
 */
export const contentPlace = (
  { id, organization, recipient }: Pick<Attachment, 'id' | 'organization' | 'recipient'>,
  part: 'file' | 'content' | 'object',
): Place => ({ organization, owner: id, recipient, part })

const ofThem = prepared((db, { messages }: { messages: readonly string[] }) =>
  db.selectFrom('attachments').selectAll().where('message', 'in', messages).orderBy('id'),
)
