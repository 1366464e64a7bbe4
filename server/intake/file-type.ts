import { isUtf8 } from 'node:buffer'

const UNKNOWN = 'application/octet-stream'

/** Text formats that no byte gives away, by the end of the name. Nothing that a browser would run or render. */
const TEXT_BY_NAME: Record<string, string> = {
  csv: 'text/csv',
  ics: 'text/calendar',
  json: 'application/json',
  vcf: 'text/vcard',
}

/** What a browser or a desktop might run: known by the name even when the bytes look like something else. */
const ACTIVE_NAMES = new Set('htm html shtml xhtml xht mht mhtml svg svgz xml xsl xslt js mjs cjs hta swf wasm'.split(' '))
const ACTIVE_TYPE = /html|xml$|\+xml|svg|javascript|flash|wasm|mhtml/

/** Magic numbers stand at the beginning; looking further would only give crafted archives more to chew on. */
const LOOKED_AT_BYTES = 64 * 1024

// Browsers that guess look at the first 1,445 bytes (WHATWG MIME Sniffing, section 5.2).
const SNIFFED_BYTES = 1_445
const MARKUP = /^\uFEFF?\s*<[a-z!?/]|<(?:!doctype|html|head|body|script|svg|iframe|\?xml)\b/i

/**
 * What a file is, by its bytes; what its sender says counts for nothing. What could be active in a browser (HTML, SVG, XML, scripts,
 * and what is two things at once) is told as `application/octet-stream`, so that it can only be saved.
 *
 * @param name - tells text formats apart that look alike, and makes a type less trusted, never more.
 * @param isWhole - whether these are all of its bytes, or only those it begins with.
 * @returns a media type without parameters.
 */
export async function typeOf(bytes: Uint8Array, name: string, isWhole = true): Promise<string> {
  const ending = /\.([a-z0-9]{1,8})$/i.exec(name)?.[1]?.toLowerCase() ?? ''
  if (ACTIVE_NAMES.has(ending)) return UNKNOWN
  // Loaded with the first file.
  const { fileTypeFromBuffer } = await import('file-type')
  const found = await fileTypeFromBuffer(bytes.subarray(0, LOOKED_AT_BYTES))
  if (found !== undefined) return ACTIVE_TYPE.test(found.mime) ? UNKNOWN : found.mime.split(';')[0]!.trim()
  if (!isPlainText(isWhole ? bytes : wholeCharacters(bytes))) return UNKNOWN
  return TEXT_BY_NAME[ending] ?? 'text/plain'
}

/** Without the character that the end cuts in two (UTF-8: at most three bytes of four). */
function wholeCharacters(bytes: Uint8Array): Uint8Array {
  const cut = [1, 2, 3].find(back => (bytes.at(-back) ?? 0) >= 0xc0)
  return cut === undefined ? bytes : bytes.subarray(0, -cut)
}

function isPlainText(bytes: Uint8Array): boolean {
  if (bytes.includes(0) || !isUtf8(bytes)) return false
  return !MARKUP.test(Buffer.from(bytes.subarray(0, SNIFFED_BYTES)).toString('utf8'))
}
