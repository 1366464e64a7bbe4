import { fileTypeFromBuffer } from 'file-type'

/** Magic numbers stand at the beginning; looking further would only give crafted archives more to chew on. */
const LOOKED_AT_BYTES = 64 * 1024
/** Text has no magic number. Of what a sender may call it, only this much is believed; HTML and SVG are plain text to us. */
const BELIEVED_TEXT = new Set(['text/plain', 'text/csv', 'text/calendar', 'text/vcard'])

/** Media type of a file by what is in it, not by what its sender calls it. */
export async function mediaType(bytes: Uint8Array, declared: string): Promise<string> {
  const found = await fileTypeFromBuffer(bytes.subarray(0, LOOKED_AT_BYTES))
  if (found !== undefined) return found.mime
  if (!isText(bytes)) return 'application/octet-stream'
  const said = declared.split(';', 1)[0]!.trim().toLowerCase()
  return BELIEVED_TEXT.has(said) ? said : 'text/plain'
}

function isText(bytes: Uint8Array): boolean {
  if (bytes.includes(0)) return false
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}
