import { isPortalError, PortalError } from '../errors.ts'
import { newSecret } from '../ids.ts'

/** An error as it crosses between threads: structured cloning would keep its sentence and lose everything that programs look at. */
export type Refusal =
  | { meant: true; code: PortalError['code']; sentence: string; more: Record<string, unknown> }
  /** Nobody meant it. What it says stays in the log of the side where it happened, under this word. */
  | { meant: false; failure: string }

/** Told of an error that nobody meant, and of the word under which the other side will know it. */
export type Tell = (error: unknown, failure: string) => void

const FAILED = 'PortalFailed'

/** Makes an error ready to cross. */
export function toRefusal(error: unknown, tell: Tell): Refusal {
  if (isPortalError(error)) {
    const { name: _name, code, cause: _cause, ...more } = { cause: undefined, ...error }
    return { meant: true, code, sentence: error.message, more }
  }
  // It has crossed before, in the other direction: a request that broke off while the portal read it.
  if (error instanceof Error && error.name === FAILED && 'code' in error) return { meant: false, failure: String(error.code) }
  const failure = `fail_${newSecret().slice(0, 12)}`
  tell(error, failure)
  return { meant: false, failure }
}

/** The error again, as the other side knows it: a PortalError by its code, or one that says only where to look. */
export function fromRefusal(refusal: Refusal): Error {
  if (refusal.meant) return Object.assign(new PortalError(refusal.code, refusal.sentence), refusal.more)
  return Object.assign(new Error('It failed on the other side, whose log says why.'), { name: FAILED, code: refusal.failure })
}
