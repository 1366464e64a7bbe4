import { PortalError } from './errors.ts'

const MAX_KEY_LENGTH = 255

/** The key of a deposit as its client sent it. @throws PortalError `idempotency_key_missing`, `invalid` */
export function checkedKey(key: string | null): string {
  if (key === null || key === '') {
    throw new PortalError(
      'idempotency_key_missing',
      'Send an Idempotency-Key header, so that a repeated deposit makes no second message.',
    )
  }
  if (key.length <= MAX_KEY_LENGTH && /^[\x21-\x7e]+$/.test(key)) return key
  const problem = `Use 1 to ${MAX_KEY_LENGTH} visible ASCII characters.`
  throw new PortalError('invalid', 'The Idempotency-Key is not right.', { fields: [{ field: 'Idempotency-Key', problem }] })
}
