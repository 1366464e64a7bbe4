import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
}

interface Asset {
  bytes: Uint8Array<ArrayBuffer>
  zipped: Uint8Array<ArrayBuffer>
  type: string
  etag: string
}

/**
 * Style sheets, scripts and pictures, read once at start. What is not in this list is not served: no path from a request ever reaches
 * the file system.
 */
export class StaticFiles {
  private readonly assets: Map<string, Asset>

  private constructor(assets: Map<string, Asset>) {
    this.assets = assets
  }

  /** @param but - paths that are not served: nobody asks for them. */
  static async in(directory: string, but: ReadonlySet<string> = new Set()): Promise<StaticFiles> {
    const assets = new Map<string, Asset>()
    const entries = await readdir(directory, { recursive: true, withFileTypes: true })
    for (const entry of entries) {
      const type = TYPES[extname(entry.name)]
      if (!entry.isFile() || type === undefined) continue
      const file = join(entry.parentPath, entry.name)
      const path = `/${relative(directory, file).split(sep).join('/')}`
      if (but.has(path)) continue
      const bytes = new Uint8Array(await readFile(file))
      const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
      assets.set(path, { bytes, zipped: new Uint8Array(await promisify(gzip)(bytes)), type, etag })
    }
    return new StaticFiles(assets)
  }

  /** The file at this path, or null when there is none. */
  answer(request: Request, path: string): Response | null {
    const asset = this.assets.get(path)
    if (asset === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) return null
    const headers = new Headers({
      'content-type': asset.type,
      etag: asset.etag,
      vary: 'Accept-Encoding',
      // Names under /assets/ carry a hash of what is in them.
      'cache-control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'public, max-age=3600',
    })
    if (request.headers.get('if-none-match') === asset.etag) return new Response(null, { status: 304, headers })
    const mayZip = asset.zipped.length < asset.bytes.length && /\bgzip\b/.test(request.headers.get('accept-encoding') ?? '')
    if (mayZip) headers.set('content-encoding', 'gzip')
    return new Response(mayZip ? asset.zipped : asset.bytes, { headers })
  }
}
