import type { PageContext } from '../server/page-context.ts'
import type { Visitor } from '../server/sign-in/visitor.ts'
import { refusal } from './refusal.ts'

/** Somebody who has proven who they are with two factors, patient or staff. @throws PortalError `sign_in_required` */
export function fullVisitor(context: PageContext): Visitor {
  const visitor = context.requireVisitor()
  if (visitor.level !== 'full') throw refusal('sign_in_required', 'Please sign in.')
  return visitor
}

/** The page that lists somebody's ways to sign in, or lets them choose the first. */
export const waysPage = ({ level }: Visitor): string => (level === 'full' ? '/account' : '/enrol')
