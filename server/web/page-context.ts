import { PortalError } from '../errors.ts'
import { newSecret } from '../ids.ts'
import type { PageContext } from '../page-context.ts'
import type { Portal } from '../portal.ts'
import type { Reader, Staff, Visitor } from '../sign-in/visitor.ts'
import type { Role } from '../staff.ts'
import { type CookieJar, formTokenFits, formTokenFor, type VisitorCookies } from './cookies.ts'
import { languageHint, pageLanguage } from './language.ts'

/** What one request knows: its cookies, the answer's cookies, who is behind it, and the nonce of its scripts. */
interface Asked {
  cookies: VisitorCookies
  jar: CookieJar
  visitor: Visitor | null
  nonce: string
  /** Where it comes from; null when that cannot be told: see web/network.ts. */
  network: string | null
}

/** The context of one page. Whose turn it is, is decided here once; what they may do, in the use cases. */
export function pageContext(
  shell: { portal: Portal; origin: string; environment: 'development' | 'production' },
  request: Request,
  { cookies, jar, visitor, nonce, network }: Asked,
): PageContext {
  return {
    portal: shell.portal,
    visitor,
    requireVisitor: () => visitor ?? refuse(),
    requireReader: () => (isReader(visitor) ? visitor : refuse()),
    requireStaff: (...roles) => requireStaff(visitor, roles),
    signInRequest: cookies.signIn,
    startSession: token => jar.startSession(token),
    endSession: () => jar.endSession(),
    startSignInRequest: token => jar.startSignIn(token),
    endSignInRequest: () => jar.endSignIn(),
    // A session that is over binds nothing any more: the page that says so must still be able to post.
    formToken: formTokenFor((visitor ? cookies.session : null) ?? cookies.signIn),
    formTokenFits: presented => formTokenFits(presented, { ...cookies, session: visitor ? cookies.session : null }),
    admit: async () => {
      if (network !== null && visitor?.level !== 'full') await shell.portal.admitStranger(network)
    },
    newFormId: newSecret,
    nonce,
    origin: shell.origin,
    language: pageLanguage({
      ...{ visitor, cookie: cookies.language, header: request.headers.get('accept-language') },
      hint: { address: languageHint(request.url), cookie: cookies.hint },
    }),
    languageHint: languageHint(request.url),
    takeLanguageHint: () => jar.takeLanguageHint(languageHint(request.url) ?? ''),
    rememberLanguage: tag => jar.rememberLanguage(tag),
    display: visitor?.display ?? cookies.display,
    rememberDisplay: display => jar.rememberDisplay(display),
    development: shell.environment === 'development',
  }
}

function requireStaff(visitor: Visitor | null, roles: Role[]): Staff {
  if (!isStaff(visitor)) return refuse()
  if (roles.length > 0 && !roles.includes(visitor.role))
    throw new PortalError('forbidden', 'This page is for others in your organization.')
  return visitor
}

const isReader = (visitor: Visitor | null): visitor is Reader => visitor?.person.kind === 'recipient' && visitor.level === 'full'
const isStaff = (visitor: Visitor | null): visitor is Staff =>
  visitor?.person.kind === 'staff' && visitor.level === 'full' && visitor.role !== null

function refuse(): never {
  throw new PortalError('sign_in_required', 'Please sign in first.')
}
