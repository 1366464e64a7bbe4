import { createHash } from 'node:crypto'
import type { DepositRequest } from '../deposit-request.ts'
import { readJson } from '../intake/json.ts'
import { shaped } from '../intake/message-json.ts'
import { BATCH, BATCH_SIZE, DEPOSIT, toDepositRequest } from './shapes.ts'

/** A deposit as it was asked for, and SHA-256 (base64url) of the bytes that asked for it. */
export interface Understood {
  deposit: DepositRequest
  bodyHash: string
}

/** So that each deposit of a full batch may name fifty recipients. */
const MOST_BATCH_VALUES = BATCH_SIZE * 500

/** @throws PortalError `malformed`, `invalid` */
export const understoodDeposit = (body: Uint8Array): Understood => ({
  deposit: toDepositRequest(shaped(DEPOSIT, readJson(body))),
  bodyHash: createHash('sha256').update(body).digest('base64url'),
})

/**
 * The deposits of a batch, each as JSON of its own, so that one that is wrong holds up none of the others.
 *
 * @throws PortalError `malformed`, `invalid`
 */
export const depositsOfBatch = (body: Uint8Array): Uint8Array[] =>
  shaped(BATCH, readJson(body, MOST_BATCH_VALUES)).deposits.map(deposit => Buffer.from(JSON.stringify(deposit)))
