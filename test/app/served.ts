import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { openServer } from '../../server/http.ts'
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

export async function servedClinic(): Promise<ServedClinic> {
  const { server, serve } = openServer()
  await new Promise<void>(resolve => server.listen(0, 'localhost', resolve))
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`
  const portal = await wholePortal({ settings: { origin } })
  const clinic = await clinicIn(portal)
  serve({
    origin,
    environment: 'development',
    portal: portal.portal,
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
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
      await portal.close()
    },
  })
}
