import type { ByteRange } from './staged-file.ts'

/** The one part of a file that is asked for: from here on, up to here, or the last so many bytes. */
export type RangeAsked = { from: number; to: number | null } | { last: number }

/**
 * What a `Range` header asks for; null when it asks for nothing that has to be understood: another unit, several parts, nonsense. Then
 * the whole is sent.
 *
 * @see RFC 9110, section 14.2
 */
export function rangeAsked(header: string | null): RangeAsked | null {
  const [, first = '', last = ''] = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/i.exec(header ?? '') ?? []
  if (first === '') return last === '' ? null : { last: Number(last) }
  if (last === '') return { from: Number(first), to: null }
  return Number(last) < Number(first) ? null : { from: Number(first), to: Number(last) + 1 }
}

/** The bytes that are meant of a file of this size; null when there are none. */
export function rangeWithin(asked: RangeAsked, size: number): ByteRange | null {
  const from = 'last' in asked ? Math.max(0, size - asked.last) : asked.from
  const to = 'last' in asked ? size : Math.min(size, asked.to ?? size)
  return from < to ? { from, to } : null
}
