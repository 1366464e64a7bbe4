import type { AppLoadContext, createRequestHandler, ServerBuild } from '@remix-run/node'

/** The pages with the framework that runs them: see app/entry.server.tsx. */
export interface BuiltPages extends ServerBuild {
  entry: { module: ServerBuild['entry']['module'] & { createRequestHandler: typeof createRequestHandler } }
}

export type RenderPage = (request: Request, context: AppLoadContext) => Promise<Response>

/**
 * Makes pages. The framework ranks all routes it knows, three times for each page, which took longer than everything else it does; so it
 * is only ever shown those that a path may mean.
 */
export function pageMaker(pages: BuiltPages): RenderPage {
  const { createRequestHandler } = pages.entry.module
  const makers = new Map<string, RenderPage>()
  const leaves = leavesOf(pages)
  return (asked, context) => {
    const request = withReadablePath(asked)
    const ids = idsFor(leaves, new URL(request.url).pathname)
    const key = ids.join(' ')
    const known = makers.get(key)
    if (known) return known(request, context)
    const maker: RenderPage = createRequestHandler(only(pages, ids), 'production')
    makers.set(key, maker) // as many as there are kinds of addresses, for a path chooses among routes and names none
    return maker(request, context)
  }
}

/** Paths of the scripts with which the framework would go on in a browser. No page names them: most of what is built for browsers. */
export function forBrowserOf({ assets: { entry, routes, url } }: BuiltPages): ReadonlySet<string> {
  const scripts = [entry, ...Object.values(routes)].flatMap(({ module, imports = [] }) => [module, ...imports])
  return new Set([url, ...scripts])
}

/** No page of ours. */
const NOWHERE = '/-'

/** A path that cannot be decoded is none of ours; the framework would quote it in the log, and a link that lost its end may hold a secret. */
function withReadablePath(request: Request): Request {
  const { url, method, headers, signal } = request
  return isDecodable(new URL(url).pathname) ? request : new Request(new URL(NOWHERE, url), { method, headers, signal })
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}

/** A route that ends paths, with the routes around it. */
interface Leaf {
  ids: string[]
  /** In small letters; null stands for any one. */
  segments: (string | null)[]
  /** Whether any number may follow. */
  isOpen: boolean
}

function leavesOf({ routes }: ServerBuild): Leaf[] {
  return Object.keys(routes).map(id => {
    const around: string[] = []
    const parts: string[] = []
    for (let at = routes[id]; at !== undefined; at = at.parentId === undefined ? undefined : routes[at.parentId]) {
      around.unshift(at.id)
      parts.unshift(at.path ?? '')
    }
    const segments = segmentsOf(parts.join('/'))
    const isOpen = segments.at(-1) === '*'
    const named = isOpen ? segments.slice(0, -1) : segments
    return { ids: around, segments: named.map(segment => (/^[:*]/.test(segment) ? null : segment.toLowerCase())), isOpen }
  })
}

/** All routes that may answer a path, and those around them; which of them does, the framework decides. */
function idsFor(leaves: readonly Leaf[], path: string): string[] {
  const asked = segmentsOf(path.toLowerCase())
  // What is encoded can mean a letter of a route's name: the framework decodes it, and is shown everything.
  const fitting = path.includes('%') ? leaves : leaves.filter(leaf => mayMean(leaf, asked))
  return [...new Set(fitting.flatMap(({ ids }) => ids))]
}

function mayMean({ segments, isOpen }: Leaf, asked: readonly string[]): boolean {
  if (isOpen ? asked.length < segments.length : asked.length !== segments.length) return false
  return segments.every((segment, i) => segment === null || segment === asked[i])
}

const segmentsOf = (path: string): string[] => path.split('/').filter(segment => segment !== '')

function only(pages: BuiltPages, ids: readonly string[]): ServerBuild {
  const of = <T>(all: Record<string, T>): Record<string, T> =>
    Object.fromEntries(Object.entries(all).filter(([id]) => ids.includes(id)))
  return { ...pages, routes: of(pages.routes), assets: { ...pages.assets, routes: of(pages.assets.routes) } }
}
