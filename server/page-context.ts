import type { Log } from './parts.ts'
import type { Portal } from './portal.ts'
import type { Display } from './preferences.ts'
import type { Reader, Staff, Visitor } from './sign-in/visitor.ts'
import type { Role } from './staff.ts'

/** What every page is given (Remix's load context): who asks, and the portal to ask. Made anew for each request by http.ts. */
export interface PageContext {
  portal: Portal
  /** Never of who they are or what they read. */
  log: Log
  /** Null before anything is proven. */
  visitor: Visitor | null
  /** Before every page. @throws what kept the portal from finding out who asks, such as `busy`: nobody is taken for a stranger then. */
  requireKnown(): void
  /** @throws PortalError `sign_in_required`, which app/http.ts answers with the sign-in page. */
  requireVisitor(): Visitor
  requireReader(): Reader
  /** @throws PortalError `sign_in_required`; `forbidden` for a role that is not among these. */
  requireStaff(...roles: Role[]): Staff
  /** Token of the sign-in under way in this browser. */
  signInRequest: string | null
  /** Cookies leave with the response; no page writes a header. */
  startSession(token: string): void
  endSession(): void
  startSignInRequest(token: string): void
  endSignInRequest(): void
  /** Belongs in the hidden field `form_token` of every form of the page that is answered, whose session may have just begun; checked by app/form.ts. */
  formToken(): string
  /** Whether a posted `form_token` belongs to this browser. */
  formTokenFits(presented: string): boolean
  /** Whether this browser brought anything that it was given to keep. */
  keepsCookies: boolean
  /** Gives it something to keep, until it is closed: the next page knows by that whether it does. */
  tryCookie(): void
  /**
   * Before every act: counts those of visitors who have not signed in, by the network they come from.
   * @throws PortalError `too_many_requests`
   */
  admit(): Promise<void>
  /** A random word for a form that must act once, however often it is sent: its hidden field `form_id`. */
  newFormId(): string
  /** Keeps the language that was chosen in this browser, for visitors who are not signed in. */
  rememberLanguage(tag: string): void
  /** The language that the link of a notice names in the address of this page, if it is one of ours. */
  languageHint: string | null
  /** Keeps that for the pages that follow, until the browser is closed. */
  takeLanguageHint(): void
  /** How pages look to this visitor; null: nobody has chosen. */
  display: Display | null
  /** Keeps in this browser how pages look. */
  rememberDisplay(display: Display): void
  /** For the few scripts there are. */
  nonce: string
  /** The portal's own origin, the only source of links. */
  origin: string
  /** BCP 47: see pageLanguage in web/language.ts. */
  language: string
  /** Whether caught mail and the demonstration people may be shown. */
  development: boolean
}
