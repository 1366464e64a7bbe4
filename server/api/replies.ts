import { ReadableStream } from 'node:stream/web'
import { type RangeAsked, rangeAsked } from '../byte-range.ts'
import { toIso } from '../time.ts'
import type { ReplyLine } from '../views.ts'
import { json, nextAfter, type Operation, PAGE_PARAMETERS, pageOf } from './operation.ts'
import { rangeNotSatisfiable } from './problem.ts'
import { REPLY_ANSWER, REPLY_LIST } from './shapes.ts'

export const listReplies: Operation = {
  method: 'GET',
  path: '/api/v1/replies',
  id: 'listReplies',
  summary: "Replies to this client's deposits, oldest first",
  scope: 'replies',
  query: PAGE_PARAMETERS,
  answer: { status: 200, description: 'One page.', shape: REPLY_LIST },
  async run({ url, portal, client }) {
    const sender = await client()
    const { after, limit } = pageOf(url)
    const replies = await portal.listReplies({ client: sender }, { after, limit }, 'oldest')
    const lines = replies.map(reply => ({ ...lineOf(reply), attachmentCount: reply.attachmentCount }))
    return json({ replies: lines, next: nextAfter(replies, limit) })
  },
}

export const showReply: Operation = {
  method: 'GET',
  path: '/api/v1/replies/{id}',
  id: 'showReply',
  summary: 'One reply',
  description: 'The first time it is read, the patient is shown that it was; each time is recorded in the trail.',
  scope: 'replies',
  recordsLooks: true,
  answer: { status: 200, description: 'The reply.', shape: REPLY_ANSWER },
  async run({ portal, params: [id = ''], client }) {
    const reply = await portal.readReply(await client(), id)
    const { fromAddress, text, language } = reply
    const attachments = reply.attachments.map(({ id, name, type, size }) => ({ id, name, type, size }))
    return json({ ...lineOf(reply), fromAddress, text, language, attachments })
  },
}

export const fetchReplyAttachment: Operation = {
  method: 'GET',
  path: '/api/v1/replies/{id}/attachments/{attachment}',
  id: 'fetchReplyAttachment',
  summary: 'One file of a reply',
  scope: 'replies',
  recordsLooks: true,
  description:
    'Each request is recorded. A part of the file can be asked for (Range, one part, with If-Range): answered with 206.',
  headers: [
    { name: 'Range', description: 'One part: bytes=FROM-TO.', required: false, schema: { type: 'string' } },
    { name: 'If-Range', description: 'ETag of the earlier answer.', required: false, schema: { type: 'string' } },
  ],
  answer: {
    status: 200,
    description: 'The bytes.',
    type: 'application/octet-stream',
    headers: { ETag: 'Names these very bytes.', 'Accept-Ranges': '`bytes`.' },
  },
  async run({ request, portal, params: [id = '', file = ''], client }) {
    const tag = `"${file}"` // an attachment never changes
    const asked = rangeFor(request, tag)
    const { attachment, range, content } = await portal.fetchReplyAttachment({ client: await client() }, id, file, asked)
    if (range === 'unsatisfiable') {
      await Array.fromAsync(content) // nothing; but what comes from another thread is kept there until it is read
      return rangeNotSatisfiable(attachment.size)
    }
    const { from, to } = range ?? { from: 0, to: attachment.size }
    return new Response(ReadableStream.from(content) as globalThis.ReadableStream<Uint8Array>, {
      status: range === null ? 200 : 206,
      headers: {
        'content-type': attachment.type,
        'content-length': String(to - from),
        ...(range === null ? {} : { 'content-range': `bytes ${from}-${to - 1}/${attachment.size}` }),
        'accept-ranges': 'bytes',
        etag: tag,
        'content-disposition': `attachment; filename*=UTF-8''${extendedValue(attachment.name)}`,
        'cache-control': 'no-store',
      },
    })
  },
}

/** If-Range: of something else than the client has already, it gets all of it (RFC 9110, section 13.1.5). */
function rangeFor({ headers }: Request, tag: string): RangeAsked | null {
  const condition = headers.get('if-range')
  return condition === null || condition === tag ? rangeAsked(headers.get('range')) : null
}

const lineOf = ({ id, deposit, thread, from, subject, createdAt, isNew }: ReplyLine) => ({
  id,
  deposit,
  thread,
  from,
  subject,
  createdAt: toIso(createdAt),
  isNew,
})

/** RFC 8187, section 3.2: of what encodeURIComponent leaves alone, these four are not allowed. */
const extendedValue = (name: string): string =>
  encodeURIComponent(name).replace(/['()*]/g, character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
