import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Display } from '../preferences.ts'

// `__Host-`: the browser itself holds it to this host, this path and https (or localhost).
const NAMES = {
  session: '__Host-session',
  signIn: '__Host-sign-in',
  language: '__Host-language',
  hint: '__Host-language-hint',
  display: '__Host-display',
  device: '__Host-device',
  visit: '__Host-visit',
} as const
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Lax'
const TOKEN = /^[A-Za-z0-9_-]{20,100}$/
const LANGUAGE = /^[a-z]{2,3}(-[A-Za-z]{2,4})?$/
const DISPLAY = /^(normal|large|largest)\.(device|more)\.(device|light|dark)$/
const ONE_YEAR_SECONDS = 31_536_000
const SIGN_IN_SECONDS = 1_800

export interface VisitorCookies {
  session: string | null
  signIn: string | null
  /** As it was chosen in this browser. */
  language: string | null
  /** What the link of a notice said, until the browser is closed. */
  hint: string | null
  /** How pages look in this browser. */
  display: Display | null
  /** A random word by which this browser is known again; it proves nothing. */
  device: string | null
  /** What forms are bound to before there is anything else: of browsers that do not say where their forms come from. */
  visit: string | null
}

/** The portal's cookies of a request; whatever does not look like one of ours counts as absent. */
export function readCookies(header: string | null): VisitorCookies {
  const values = new Map<string, string>()
  for (const pair of (header ?? '').split(';')) {
    const cut = pair.indexOf('=')
    const name = pair.slice(0, cut).trim()
    // The first wins: a second cookie of the same name would come from elsewhere.
    if (cut > 0 && !values.has(name)) values.set(name, pair.slice(cut + 1).trim())
  }
  const fitting = (name: string, form: RegExp) => {
    const value = values.get(name)
    return value !== undefined && form.test(value) ? value : null
  }
  return {
    session: fitting(NAMES.session, TOKEN),
    signIn: fitting(NAMES.signIn, TOKEN),
    language: fitting(NAMES.language, LANGUAGE),
    hint: fitting(NAMES.hint, LANGUAGE),
    display: toDisplay(fitting(NAMES.display, DISPLAY)),
    device: fitting(NAMES.device, TOKEN),
    visit: fitting(NAMES.visit, TOKEN),
  }
}

function toDisplay(text: string | null): Display | null {
  if (text === null) return null
  const [textSize, contrast, theme] = text.split('.') as [Display['textSize'], Display['contrast'], Display['theme']]
  return { textSize, contrast, theme }
}

/** The Set-Cookie lines that one request's handling asks for. */
export class CookieJar {
  readonly lines = new Map<string, string>()
  /** The token of a session that begins with this answer. */
  sessionStarted: string | null = null
  sessionEnded = false

  startSession(token: string): void {
    this.sessionStarted = token
    this.sessionEnded = false
    this.lines.set(NAMES.session, `${NAMES.session}=${token}; ${ATTRIBUTES}`)
  }
  endSession(): void {
    this.sessionStarted = null
    this.sessionEnded = true
    this.lines.set(NAMES.session, `${NAMES.session}=; ${ATTRIBUTES}; Max-Age=0`)
  }
  startSignIn(token: string): void {
    this.lines.set(NAMES.signIn, `${NAMES.signIn}=${token}; ${ATTRIBUTES}; Max-Age=${SIGN_IN_SECONDS}`)
  }
  endSignIn(): void {
    this.lines.set(NAMES.signIn, `${NAMES.signIn}=; ${ATTRIBUTES}; Max-Age=0`)
  }
  rememberLanguage(tag: string): void {
    if (LANGUAGE.test(tag)) this.lines.set(NAMES.language, `${NAMES.language}=${tag}; ${ATTRIBUTES}; Max-Age=${ONE_YEAR_SECONDS}`)
  }
  /** For as long as the browser stays open: it is nobody's choice. */
  takeLanguageHint(tag: string): void {
    if (LANGUAGE.test(tag)) this.lines.set(NAMES.hint, `${NAMES.hint}=${tag}; ${ATTRIBUTES}`)
  }
  rememberDisplay({ textSize, contrast, theme }: Display): void {
    const text = [textSize, contrast, theme].join('.')
    if (DISPLAY.test(text)) this.lines.set(NAMES.display, `${NAMES.display}=${text}; ${ATTRIBUTES}; Max-Age=${ONE_YEAR_SECONDS}`)
  }
  rememberDevice(word: string): void {
    this.lines.set(NAMES.device, `${NAMES.device}=${word}; ${ATTRIBUTES}; Max-Age=${ONE_YEAR_SECONDS}`)
  }
  /** Until the browser is closed. */
  startVisit(word: string): void {
    this.lines.set(NAMES.visit, `${NAMES.visit}=${word}; ${ATTRIBUTES}`)
  }
  writeTo(headers: Headers): void {
    for (const line of this.lines.values()) headers.append('set-cookie', line)
    // Whoever sits down next must not find anything by pressing Back.
    if (this.sessionEnded) headers.set('clear-site-data', '"cache", "storage"')
  }
}

/**
 * The word every form carries, bound to the browser's session (or to its sign-in under way, or its visit): another site cannot know it.
 * Without any it is bound to nothing, and the origin check alone stands guard over the few forms there are then.
 */
export const formTokenFor = (secret: string | null): string =>
  createHmac('sha256', secret ?? 'nobody')
    .update('form')
    .digest('base64url')

/**
 * Whether a form's word belongs to this browser, as it is now or as it was before the sign-in began.
 *
 * @param isOriginSaid - where it is not, only what is bound to one of the browser's secrets counts: everybody can know the other word.
 */
export function formTokenFits(
  presented: string,
  { session, signIn, visit }: Pick<VisitorCookies, 'session' | 'signIn' | 'visit'>,
  isOriginSaid: boolean,
): boolean {
  const secrets = (session ? [session] : [signIn, visit]).filter(secret => secret !== null)
  const isBound = secrets.some(secret => sameText(presented, formTokenFor(secret)))
  return isBound || (session === null && isOriginSaid && sameText(presented, formTokenFor(null)))
}

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}
