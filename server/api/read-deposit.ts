import { isLarge, takenApart } from '../intake/intake-thread.ts'
import { depositsOfBatch, type Understood, understoodDeposit } from './understood.ts'

/**
 * The body of one deposit, read and checked for its shape; a large one in a thread of its own. The pieces are given away.
 *
 * @throws PortalError `malformed`, `invalid`; and what {@link takenApart} throws.
 */
export const readDeposit = async (pieces: Uint8Array[]): Promise<Understood> =>
  isLarge(pieces)
    ? takenApart(pieces, pieces => ({ kind: 'deposit' as const, pieces }))
    : understoodDeposit(Buffer.concat(pieces))

/** As {@link readDeposit}, of many in one body: each comes back as a body of its own. */
export const readBatch = async (pieces: Uint8Array[]): Promise<Uint8Array[]> =>
  isLarge(pieces) ? takenApart(pieces, pieces => ({ kind: 'batch' as const, pieces })) : depositsOfBatch(Buffer.concat(pieces))
