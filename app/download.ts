import { ReadableStream } from 'node:stream/web'
import type { SavedCopy } from '../server/copy.ts'
import type { FetchedAttachment } from '../server/portal.ts'

// Types whose name tells a program how to open a file that was saved. HTML, SVG and the like are not among them, ever.
const KNOWN_TYPES = new Set([
  'application/pdf',
  'application/zip',
  'application/msword',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'image/jpeg',
  'image/png',
  'image/gif',
  'image/webp',
  'image/tiff',
  'text/plain',
  'text/csv',
])

/**
 * An attachment as a download, streamed as it is opened.
 *
 * Its length is not announced: when a later chunk turns out to be forged, the stream breaks off and the browser says so.
 */
export function download({ attachment, content }: FetchedAttachment): Response {
  return new Response(ReadableStream.from(content) as unknown as BodyInit, {
    headers: {
      'content-type': KNOWN_TYPES.has(attachment.type) ? attachment.type : 'application/octet-stream',
      'content-disposition': disposition(attachment.name),
    },
  })
}

/** A message that its reader saves. Its type is ours, not a sender's: it may name a page, which is sandboxed where a browser shows it. */
export function savedCopy({ name, type, content }: SavedCopy): Response {
  return new Response(ReadableStream.from(content) as unknown as BodyInit, {
    headers: { 'content-type': type, 'content-disposition': disposition(name) },
  })
}

/**
 * `attachment` with the name twice: for old programs in plain ASCII, for all others in UTF-8.
 *
 * @see RFC 6266, section 4.3 and appendix D; RFC 8187, section 3.2
 */
export function disposition(name: string): string {
  const safe = safeName(name)
  const ascii = safe.replaceAll(/[^ -~]/g, '_').replaceAll(/["\\%]/g, '_')
  return `attachment; filename="${ascii}"; filename*=UTF-8''${extValue(safe)}`
}

const MAX_NAME = 150 // characters; file systems stop at 255 bytes

/** No path, nothing invisible, nothing that turns the reading direction round, no leading dot. */
function safeName(name: string): string {
  const plain = name
    .normalize('NFC')
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
    .replaceAll(/[/\\:*?"<>|]/g, '_')
    .replace(/^[.\s]+/, '')
    .trim()
  return [...plain].slice(-MAX_NAME).join('') || 'file'
}

const extValue = (text: string): string =>
  encodeURIComponent(text).replaceAll(/['()*]/g, letter => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)
