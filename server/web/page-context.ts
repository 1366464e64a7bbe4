import { PortalError } from '../errors.ts'
import { newSecret } from '../ids.ts'
import type { PageContext } from '../page-context.ts'
import type { Log } from '../parts.ts'
import type { Portal } from '../portal.ts'
import type { Reader, Staff, Visitor } from '../sign-in/visitor.ts'
import type { Role } from '../staff.ts'
import { type CookieJar, formTokenFits, formTokenFor, type VisitorCookies } from './cookies.ts'
import { languageHint, pageLanguage } from './language.ts'
import { willSayOrigin } from './origin.ts'

/** What one request knows: its cookies, the answer's cookies, who is behind it, and the nonce of its scripts. */
interface Asked {
  cookies: VisitorCookies
  jar: CookieJar
  visitor: Visitor | null
  /** Why it could not be found out who that is; null when it was. */
  trouble: unknown
  nonce: string
  /** Where it comes from; null when that cannot be told: see web/network.ts. */
  network: string | null
  /** Whether this request said that it comes from our own pages: see web/origin.ts. */
  isOriginSaid: boolean
}

/** The context of one page. Whose turn it is, is decided here once; what they may do, in the use cases. */
export function pageContext(
  shell: { portal: Portal; log: Log; origin: string; environment: 'development' | 'production' },
  request: Request,
  { cookies, jar, visitor, trouble, nonce, network, isOriginSaid }: Asked,
): PageContext {
  // A session that is over binds nothing any more: the page that says so must still be able to post.
  const bound = { session: visitor || trouble !== null ? cookies.session : null, signIn: cookies.signIn, visit: cookies.visit }
  return {
    portal: shell.portal,
    log: shell.log,
    visitor,
    requireKnown: () => {
      if (trouble !== null) throw trouble
    },
    requireVisitor: () => visitor ?? refuse(),
    requireReader: () => (isReader(visitor) ? visitor : refuse()),
    requireStaff: (...roles) => requireStaff(visitor, roles),
    signInRequest: cookies.signIn,
    startSession: token => jar.startSession(token),
    endSession: () => jar.endSession(),
    startSignInRequest: token => jar.startSignIn(token),
    endSignInRequest: () => jar.endSignIn(),
    formToken: () => formTokenFor(jar.sessionStarted ?? bound.session ?? bound.signIn ?? bound.visit ?? begunVisit(request, jar)),
    formTokenFits: presented => formTokenFits(presented, bound, isOriginSaid),
    keepsCookies: Object.values(cookies).some(cookie => cookie !== null),
    tryCookie: () => jar.startVisit(newSecret()),
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

/** For a browser that will not say where its forms come from; null for all others, whose word is enough. */
function begunVisit(request: Request, jar: CookieJar): string | null {
  if (willSayOrigin(request)) return null
  const visit = newSecret()
  jar.startVisit(visit)
  return visit
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
