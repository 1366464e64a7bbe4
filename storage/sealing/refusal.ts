import { PortalError } from '../../server/errors.ts'

/**
 * The one answer for everything that can be wrong with what is sealed: which check failed would help only someone who is trying.
 */
export const tampered = (): PortalError => new PortalError('tampered', 'What is stored here is not what was put here.')
