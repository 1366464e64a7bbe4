import type { Catalogue } from './en.ts'

type Kind = keyof Catalogue['message']['types']

const KINDS: [RegExp, Kind][] = [
  [/^application\/pdf$/, 'pdf'],
  [/^image\//, 'picture'],
  [/^audio\//, 'sound'],
  [/^video\//, 'film'],
  [/^text\/calendar$/, 'calendar'],
  [/^text\/vcard$/, 'contact'],
  [/^text\/csv$|spreadsheet|ms-excel/, 'table'],
  [/wordprocessing|msword|opendocument\.text|rtf/, 'document'],
  [/^application\/(zip|gzip|x-7z-compressed|x-rar-compressed|vnd\.rar|x-tar)$/, 'archive'],
  [/^text\/plain$/, 'text'],
]

/** What kind of file this is, as people call it, by its media type. */
export const fileKind = (type: string): Kind => KINDS.find(([pattern]) => pattern.test(type))?.[1] ?? 'other'
