import type { PageContext } from '../server/page-context.ts'
import { refusal } from './refusal.ts'

/** The sign-in under way in this browser. @throws PortalError `sign_in_required` when there is none: it begins with the address. */
export function signInRequest(context: PageContext): string {
  if (!context.signInRequest) throw refusal('sign_in_required', 'Please start again.')
  return context.signInRequest
}
