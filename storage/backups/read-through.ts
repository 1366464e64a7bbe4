import { PortalError } from '../../server/errors.ts'
import { parseArchiveIdentity } from '../sealing/archive-keys.ts'
import { tampered } from '../sealing/refusal.ts'
import { type ArchiveCopies, framesOf } from './copies.ts'
import type { Frame } from './frames.ts'

export interface ReadThrough {
  rows: number
  /** Large files. */
  objects: number
}

/**
 * Reads a half from its first byte to its last as restoring would, and writes nothing: every chunk verifies, every table and every large
 * file is whole. What the rows say is not looked at: that needs the root key.
 *
 * @throws PortalError `tampered` with what is not whole; `invalid` when the identity is none.
 */
export async function readThrough(
  half: 'data' | 'keys',
  copies: ArchiveCopies,
  identity: string,
  onProgress: (rows: number) => void = () => undefined,
): Promise<ReadThrough> {
  const frames = framesOf(copies, parseArchiveIdentity(identity))
  const read = { rows: 0, objects: 0 }
  let inTable = 0
  let inObject = -1
  let end = ''
  for await (const frame of frames) {
    if (end === lastOf(half)) throw tampered()
    const [kind, first, second] = frame
    if (kind === 'row') {
      inTable++
      onProgress(++read.rows)
    } else if (kind === 'end of table') {
      if (second !== inTable) throw new PortalError('tampered', `The table ${String(first)} is not whole.`)
      inTable = 0
    } else if (kind === 'object') inObject = 0
    else if (kind === 'piece') inObject += lengthOf(frame)
    else if (kind === 'end of object') {
      if (first !== inObject) throw new PortalError('tampered', 'A large file is not whole.')
      read.objects++
    }
    end = kind
  }
  if (end !== lastOf(half)) throw new PortalError('tampered', `The ${half} end before their end.`)
  return read
}

const lastOf = (half: 'data' | 'keys'): string => (half === 'data' ? 'end of objects' : 'end')

const lengthOf = ([, piece]: Frame): number => (piece instanceof Uint8Array ? piece.length : 0)
