import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { MAX_API_BODY_BYTES } from './api/body.ts'
import { handleApi } from './api/handler.ts'
import { methodNotAllowed, problemResponse } from './api/problem.ts'
import { isPortalError } from './errors.ts'
import { newId } from './ids.ts'
import type { Log } from './parts.ts'
import type { Portal } from './portal.ts'
import type { Visitor } from './sign-in/visitor.ts'
import { type Clock, minutes, seconds } from './time.ts'
import { Turns } from './turns.ts'
import { CookieJar, readCookies, type VisitorCookies } from './web/cookies.ts'
import { protect, type ResponseKind } from './web/headers.ts'
import { networkOf, type Proxies } from './web/network.ts'
import { begun, sendWebResponse, toWebRequest, withBodyOfAtMost } from './web/node.ts'
import { checkOrigin, saidOf } from './web/origin.ts'
import { pageContext } from './web/page-context.ts'
import { type BuiltPages, pageMaker, type RenderPage } from './web/pages.ts'
import { endWithoutProgress, takeInTheRest } from './web/progress.ts'
import type { StaticFiles } from './web/static.ts'

/** What the web shell serves. */
export interface Shell {
  origin: string
  environment: 'development' | 'production'
  portal: Portal
  /** Null in a process that does the portal's own work alone: it says how it is, and answers nothing else. */
  pages: BuiltPages | null
  files: StaticFiles
  /** Whose word about where a request comes from is taken. */
  proxies: Proxies
  /** All files of a deposit together. */
  mostUploadBytes: number
  /** Pages of the development mailbox, when there is one. */
  development: ((request: Request, path: string) => Promise<Response | null>) | null
  log: Log
  clock: Clock
}

/** No web-standard request can have them, and nobody who means well sends them: TRACE would echo a visitor's cookies. */
const REFUSED_METHODS = new Set(['TRACE', 'TRACK', 'CONNECT'])
// Remix answers these without a page around them; no script of ours asks for them, so nobody may.
const FRAMEWORK_PATHS = /\.data$|^\/__manifest/
const isForFramework = (request: Request, path: string): boolean =>
  FRAMEWORK_PATHS.test(path) || new URL(request.url).searchParams.has('_data')

/** Before there are pages, and the catalogues with them. */
const STARTING =
  'We are just starting. Please try again in a few seconds.\nEstamos comenzando. Por favor intente de nuevo en unos segundos.\n'

/** A form of words: the longest text there is, each of its characters escaped. */
const MAX_FORM_BYTES = 1_000_000
/** A form with files, from somebody who has proven who they are: 20 MB of them and the words. */
const MAX_UPLOAD_BYTES = 22_000_000

/** Of a form with files: everything else in it. */
const MAX_FORM_BESIDE_FILES = 5_000_000

/** The server, not listening yet. Until `serve` is called with a shell, everything answers 503. */
export function openServer(): { server: Server; serve(shell: Shell): void } {
  let answer: ((incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>) | null = null
  const turns = new Turns()
  const server = createServer({ maxHeaderSize: 16_384, connectionsCheckingInterval: seconds(5) }, (incoming, outgoing) => {
    // When it takes no more connections, one that is kept open would go on bringing requests until it is cut off in the middle of one.
    if (!server.listening) outgoing.setHeader('connection', 'close')
    if (answer !== null) return turns.begin(() => void answer?.(incoming, outgoing))
    outgoing.writeHead(503, { 'retry-after': '1', 'content-type': 'text/plain; charset=utf-8' }).end(STARTING)
  })
  // A visitor who sends a byte a minute holds a socket no longer than this.
  server.headersTimeout = seconds(10)
  // The longest that an upload may take while it comes along; one that does not ends much sooner: see web/progress.ts.
  server.requestTimeout = minutes(15)
  server.keepAliveTimeout = seconds(5)
  return {
    server,
    serve(shell) {
      answer = answerer(shell)
    },
  }
}

function answerer(shell: Shell) {
  const route = router(shell)
  return async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const nonce = randomBytes(16).toString('base64url')
    try {
      endWithoutProgress(incoming, outgoing)
      const network = networkOf(incoming.socket.remoteAddress, header(incoming, 'x-forwarded-for'), shell.proxies)
      const { response, kind } = REFUSED_METHODS.has(incoming.method ?? '')
        ? data(methodNotAllowed(['GET', 'HEAD', 'POST']))
        : await answerOrExplain(shell, route, toWebRequest(incoming, outgoing, shell.origin, longestBody(incoming, shell)), {
            nonce,
            network,
          })
      protect(response, kind, { origin: shell.origin, nonce })
      await sendWebResponse(response, outgoing, incoming.method ?? 'GET', {
        isGivenAway: kind === 'download',
        isWhole: kind === 'page',
      })
      takeInTheRest(incoming)
    } catch (error) {
      // The visitor left in the middle, or the response broke off: there is nobody to tell.
      if (!outgoing.headersSent) outgoing.writeHead(400).end()
      else outgoing.destroy()
      shell.log.debug('http.broken_off', { error: error instanceof Error ? error.name : 'unknown' })
    }
  }
}

/** What comes as a form is taken apart while it comes, and weighs nothing; the words of a page's form have a limit of their own. */
const longestBody = ({ headers }: IncomingMessage, { mostUploadBytes }: Shell): number =>
  headers['content-type']?.startsWith('multipart/form-data')
    ? Math.max(MAX_API_BODY_BYTES, mostUploadBytes + MAX_FORM_BESIDE_FILES)
    : MAX_API_BODY_BYTES

interface Answer {
  response: Response
  kind: ResponseKind
}
/** Of one request: the nonce of its scripts, and the network it comes from. */
interface Circumstances {
  nonce: string
  network: string | null
}
type Route = (request: Request, path: string, circumstances: Circumstances) => Promise<Answer>

/** Nothing that goes wrong leaves without an answer, and no answer tells more than it may. */
async function answerOrExplain(shell: Shell, route: Route, request: Request, circumstances: Circumstances): Promise<Answer> {
  try {
    return await route(request, new URL(request.url).pathname, circumstances)
  } catch (error) {
    if (isPortalError(error)) return { response: problemResponse(error, shell.origin), kind: 'data' }
    const incident = newId('inc', shell.clock())
    shell.log.error('http.failed', error, { incident })
    const text = `Something went wrong on our side. If you call us, say this number: ${incident}\n`
    return {
      response: new Response(text, { status: 500, headers: { 'content-type': 'text/plain; charset=utf-8' } }),
      kind: 'data',
    }
  }
}

/** Who answers which path. */
function router(shell: Shell): Route {
  const renderPage = shell.pages && pageMaker(shell.pages)
  const forApi = (path: string) => path.startsWith('/api/') || path.startsWith('/.well-known/')
  return async (request, path, circumstances) => {
    if (path === '/livez') return data(text('alive\n'))
    if (path === '/readyz') return data(await readiness(shell.portal))
    if (renderPage === null) return data(text('Pages and API are answered by another process of this portal.\n', 404))
    const file = shell.files.answer(request, path)
    if (file !== null) return { response: file, kind: 'asset' }
    if (forApi(path)) {
      checkOrigin(request, shell.origin)
      const response = await handleApi(request, shell.portal, { origin: shell.origin, log: shell.log, clock: shell.clock })
      return data(isFile(response) ? await begun(response) : response)
    }
    const development = await shell.development?.(request, path)
    if (development) return { response: development, kind: 'page' }
    if (isForFramework(request, path)) return data(text('Not found.\n', 404))
    const said = saidOf(request, shell.origin)
    const asked = said === 'foreign' ? refusedIn(request, shell.origin) : request
    return page(shell, renderPage, asked, { ...circumstances, isOriginSaid: said === 'ours' })
  }
}

/**
 * What is answered to a change that another site asked for: the page that says so, to a stranger. Nothing of the request gets any further,
 * but for the languages of its browser; that the page looks and does not act is of no use to that site.
 */
const refusedIn = (request: Request, origin: string): Request => bareRequest(request, '/refused', origin)

/** A look at a page by whoever sent this request, of which nothing else is left. */
const bareRequest = ({ headers }: Request, path: string, origin: string): Request =>
  new Request(origin + path, {
    headers: { 'accept-language': headers.get('accept-language') ?? '', 'sec-fetch-mode': 'navigate' },
  })

async function page(
  shell: Shell,
  render: RenderPage,
  request: Request,
  circumstances: Circumstances & { isOriginSaid: boolean },
): Promise<Answer> {
  const cookies: VisitorCookies = readCookies(request.headers.get('cookie'))
  const jar = new CookieJar()
  const { visitor, trouble } = await shell.portal.visitor(cookies.session).then(
    visitor => ({ visitor, trouble: null }),
    // Said by the page that is asked for, in words for people, and with what they typed.
    (trouble: unknown) => ({ visitor: null, trouble }),
  )
  if (visitor !== null && isPeeking(request)) return { response: new Response(null, { status: 204 }), kind: 'page' }
  const context = pageContext(shell, request, { cookies, jar, visitor, trouble, ...circumstances })
  const rendered = await render(withBodyOfAtMost(request, longestForm(request, visitor)), { ...context })
  try {
    // The session that this browser forgets now would live on, with nobody left to end it; one that was replaced is gone already.
    if (jar.sessionStarted !== null && visitor !== null) await shell.portal.signOut(visitor)
    if (jar.sessionStarted !== null) {
      const device = await shell.portal.rememberDevice(jar.sessionStarted, cookies.device)
      if (device !== null) jar.rememberDevice(device)
    }
  } catch (trouble) {
    // The session stays unknown to this browser; whoever is there is told, on a page.
    const nothing = { cookies, jar: new CookieJar(), visitor: null, trouble, ...circumstances }
    return {
      response: await render(bareRequest(request, '/', shell.origin), { ...pageContext(shell, request, nothing) }),
      kind: 'page',
    }
  }
  jar.writeTo(rendered.headers)
  return isFile(rendered) ? { response: await begun(rendered), kind: 'download' } : { response: rendered, kind: 'page' }
}

/**
 * A program that asks for the headers alone, or a browser that asks ahead for what somebody might press: nobody looks at the answer, so
 * no look may be written into the trail.
 */
const isPeeking = ({ method, headers }: Request): boolean =>
  method === 'HEAD' || /\b(prefetch|prerender)\b/.test(headers.get('sec-purpose') ?? headers.get('purpose') ?? '')

/** Everybody waits while a form is taken apart: strangers send words alone, and few of them. */
const longestForm = (request: Request, visitor: Visitor | null): number =>
  visitor?.level === 'full' && request.headers.get('content-type')?.startsWith('multipart/form-data')
    ? MAX_UPLOAD_BYTES
    : MAX_FORM_BYTES

/** Several lines of a header count as one list. */
const header = ({ headers }: IncomingMessage, name: string): string | undefined => [headers[name]].flat().join(',') || undefined

async function readiness(portal: Portal): Promise<Response> {
  const health = await portal.health()
  return Response.json(health, { status: health.ready ? 200 : 503, headers: health.ready ? {} : { 'retry-after': '5' } })
}

const isFile = (response: Response): boolean => response.headers.has('content-disposition')

const data = (response: Response): Answer => ({ response, kind: 'data' })
const text = (words: string, status = 200): Response =>
  new Response(words, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } })
