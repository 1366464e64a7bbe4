import { type AddressInfo, connect } from 'node:net'
import path from 'node:path'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { pathToFileURL } from 'node:url'
import { openServer } from '../../server/http.ts'
import type { Portal } from '../../server/portal.ts'
import { proxiesAt } from '../../server/web/network.ts'
import type { BuiltPages } from '../../server/web/pages.ts'
import { StaticFiles } from '../../server/web/static.ts'
import { type Clinic, clinicIn } from '../support/clinic.ts'
import { wholePortal } from '../support/whole-portal.ts'

const BUILD = path.resolve(import.meta.dirname, '../../build')

/** A clinic whose pages are served: the real shell, the built pages, a hand on the clock. The caller closes it. */
export interface ServedClinic extends Clinic {
  origin: string
  closeAll(): Promise<void>
}

/**
 * @param certificate - of the TLS in front of it, as a proxy would speak it; plain http when left out.
 * @param seen - what the pages are given instead of the portal itself.
 */
export async function servedClinic(certificate?: TlsOptions, seen = (portal: Portal): Portal => portal): Promise<ServedClinic> {
  const { server, serve } = openServer()
  await new Promise<void>(resolve => server.listen(0, 'localhost', resolve))
  const { port } = server.address() as AddressInfo
  const proxy = certificate && (await tlsInFrontOf(port, certificate))
  const origin = proxy?.origin ?? `http://localhost:${port}`
  const portal = await wholePortal({ settings: { origin } })
  const clinic = await clinicIn(portal)
  serve({
    origin,
    environment: 'development',
    portal: seen(portal.portal),
    pages: (await import(pathToFileURL(path.join(BUILD, 'server/index.js')).href)) as BuiltPages,
    files: await StaticFiles.in(path.join(BUILD, 'client')),
    proxies: proxiesAt([]),
    mostUploadBytes: 200_000_000,
    development: null,
    log: portal.parts.log,
    clock: portal.clock.read,
  })
  return Object.assign(Object.create(clinic) as Clinic, {
    origin,
    async closeAll() {
      proxy?.close()
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
      await portal.close()
    },
  })
}

/** What somebody says over TLS, said to this port, and back. */
async function tlsInFrontOf(port: number, certificate: TlsOptions): Promise<{ origin: string; close(): void }> {
  const proxy = createTlsServer(certificate, visitor => {
    const portal = connect(port, 'localhost')
    visitor.pipe(portal).pipe(visitor)
    visitor.on('error', () => portal.destroy())
    portal.on('error', () => visitor.destroy())
  })
  await new Promise<void>(resolve => proxy.listen(0, 'localhost', resolve))
  return { origin: `https://localhost:${(proxy.address() as AddressInfo).port}`, close: () => void proxy.close() }
}
