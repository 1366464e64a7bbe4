import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRequestHandler, type EntryContext, type ServerBuild } from '@remix-run/node'
import { RemixServer, useLoaderData } from '@remix-run/react'
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { sendWebResponse, toWebRequest } from '../../server/web/node.ts'

// The least that a page made with the framework takes: one route, one loader, so many bytes of text, and nothing behind it.
//   bare-page-process.ts BYTES    prints its port; until SIGTERM
const bytes = Number(process.argv[2])

function Page() {
  return createElement('html', { lang: 'en' }, createElement('body', null, createElement('p', null, useLoaderData<string>())))
}

const future = { v3_fetcherPersist: true, v3_relativeSplatPath: true, v3_throwAbortReason: true, v3_lazyRouteDiscovery: true }
const build: ServerBuild = {
  mode: 'production',
  entry: {
    module: {
      default(request: Request, status: number, headers: Headers, context: EntryContext) {
        const page = renderToString(createElement(RemixServer, { context, url: request.url }))
        headers.set('content-type', 'text/html; charset=utf-8')
        return new Response(`<!doctype html>${page}`, { status, headers })
      },
    },
  },
  routes: { root: { id: 'root', path: '', module: { default: Page, loader: () => Response.json('x'.repeat(bytes)) } } },
  assets: {
    entry: { imports: [], module: '/entry.js' },
    routes: {
      root: {
        id: 'root',
        path: '',
        module: '/root.js',
        hasAction: false,
        hasLoader: true,
        hasClientAction: false,
        hasClientLoader: false,
        hasErrorBoundary: false,
      },
    },
    url: '/manifest.js',
    version: '1',
  },
  publicPath: '/',
  assetsBuildDirectory: 'build/client',
  future: { ...future, v3_singleFetch: true },
  isSpaMode: false,
}

const answer = createRequestHandler(build, 'production')
const server = createServer(async (incoming, outgoing) => {
  const response = await answer(toWebRequest(incoming, outgoing, 'http://localhost', 0))
  await sendWebResponse(response, outgoing, incoming.method ?? 'GET', { isWhole: true })
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`))
