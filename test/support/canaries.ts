import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Every form in which a word could lie in a file without looking like itself. */
function disguises(word: string): Record<string, Buffer> {
  const utf8 = Buffer.from(word, 'utf8')
  const utf16 = Buffer.from(word, 'utf16le')
  return {
    utf8,
    'UTF-16 LE': utf16,
    'UTF-16 BE': Buffer.from(utf16).swap16(),
    hex: Buffer.from(utf8.toString('hex')),
    HEX: Buffer.from(utf8.toString('hex').toUpperCase()),
    ...Object.fromEntries([0, 1, 2].map(shift => [`base64, shifted by ${shift}`, base64Core(utf8, shift)])),
    backwards: Buffer.from(utf8).reverse(),
  }
}

/** What of a word's base64 does not depend on the bytes before and after it; `-` and `_` are looked for as `+` and `/`. */
function base64Core(bytes: Buffer, shift: number): Buffer {
  const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64')
  return Buffer.from(text.slice(shift === 0 ? 0 : 4, -4))
}

/** Bytes to be searched, by the name they are told by. */
export interface Searched {
  name: string
  bytes: Buffer
  urlBytes: Buffer
}

export const searched = (name: string, bytes: Buffer): Searched => ({
  name,
  bytes,
  // Base64url read as base64: the same word in either alphabet.
  urlBytes: Buffer.from(bytes.toString('latin1').replaceAll('-', '+').replaceAll('_', '/'), 'latin1'),
})

/** The files of a folder, but not of the folders in it. */
export async function filesIn(directory: string): Promise<Searched[]> {
  const entries = await readdir(directory, { withFileTypes: true })
  const names = entries.filter(entry => entry.isFile()).map(entry => entry.name)
  return Promise.all(names.map(async name => searched(name, await readFile(join(directory, name)))))
}

/** Where any of these words lies in any of these files, in whatever disguise. */
export function found(words: Record<string, string>, files: Searched[]): string[] {
  return Object.entries(words).flatMap(([what, word]) =>
    Object.entries(disguises(word)).flatMap(([disguise, bytes]) =>
      files
        .filter(file => file.bytes.includes(bytes) || file.urlBytes.includes(bytes))
        .map(({ name }) => `${what} as ${disguise} in ${name}`),
    ),
  )
}
