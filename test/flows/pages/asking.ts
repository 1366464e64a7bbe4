import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { openServer } from '../../../server/http.ts'
import { formTokenFor } from '../../../server/web/cookies.ts'
import { proxiesAt } from '../../../server/web/network.ts'
import type { BuiltPages } from '../../../server/web/pages.ts'
import { StaticFiles } from '../../../server/web/static.ts'
import { ORIGIN } from '../../support/whole-portal.ts'
import { everybody, type People } from '../access/people.ts'
import type { Thing } from '../access/things.ts'
import type { PageRow } from './doors.ts'

const BUILD = path.resolve(import.meta.dirname, '../../../build')

export interface Asked {
  status: number
  location: string | null
  body: string
  headers: Headers
  /** What it left in the trail, by the names of the actions. */
  left: string[]
}

/** Everybody, before the pages as they are served. The caller closes it. */
export interface ServedPeople {
  people: People
  /** Asks as a browser with this session's cookie would; `change` may spoil what is sent. */
  ask(row: PageRow, token: string | null, thing: Thing, change?: (sent: Sent) => void): Promise<Asked>
  close(): Promise<void>
}

export interface Sent {
  method: string
  headers: Record<string, string>
  form: URLSearchParams
  /** Of the address, with its question mark. */
  query: string
}

export async function servedPeople(): Promise<ServedPeople> {
  const people = await everybody()
  const { server, serve } = openServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { portal, parts, clock } = people.world
  serve({
    origin: ORIGIN,
    environment: 'development',
    portal,
    pages: (await import(pathToFileURL(path.join(BUILD, 'server/index.js')).href)) as BuiltPages,
    files: await StaticFiles.in(path.join(BUILD, 'client')),
    proxies: proxiesAt([]),
    mostUploadBytes: 200_000_000,
    development: null,
    log: parts.log,
    clock: clock.read,
  })
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const trailSize = async () => (await parts.store.read(tx => tx.trail.head())).size

  return {
    people,
    async ask(row, token, thing, change) {
      const sent: Sent = { method: row.method, headers: { origin: ORIGIN }, form: await formOf(row, people, thing), query: '' }
      if (token !== null) sent.headers.cookie = `__Host-session=${token}`
      // A session that is over binds no form any more.
      const isLive = token !== null && (await portal.visitor(token)) !== null
      sent.form.set('form_token', formTokenFor(isLive ? token : null))
      change?.(sent)
      const from = await trailSize()
      const hasBody = sent.method !== 'GET' && sent.method !== 'HEAD'
      const answer = await fetch(address + addressOf(row.file, thing) + sent.query, {
        method: sent.method,
        headers: sent.headers,
        redirect: 'manual',
        ...(hasBody ? { body: sent.form } : {}),
      })
      const { status, headers } = answer
      const body = await answer.text()
      const entries = await parts.store.read(tx => tx.trail.entries(from, 100))
      return { status, headers, location: headers.get('location'), body, left: entries.map(({ action }) => action) }
    },
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
      await people.world.close()
    },
  }
}

/** The address a file of app/routes answers, about this thing. */
function addressOf(file: string, { id, attachment }: Thing): string {
  const parts = file.split('.').filter(part => part !== '_index')
  const filled = parts.map(part => (part === '$' ? 'nothing-here' : part === '$attachmentId' ? attachment : part))
  return `/${filled.map(part => (part.startsWith('$') ? id : part)).join('/')}`
}

async function formOf({ fields }: PageRow, people: People, thing: Thing): Promise<URLSearchParams> {
  return new URLSearchParams(typeof fields === 'function' ? await fields(people, thing) : fields)
}

/** What was answered, in the table's words. */
export function answerOf({ status, location }: Asked, { id }: Thing): string {
  if (location !== null && status === 303) {
    if (/^\/sign-in($|\?to=|\?why=(over|fresh))/.test(location)) return 'sign-in'
    return location === '/enrol' ? 'enrol' : id === '' ? location : location.replace(id, ':id')
  }
  const words: Record<number, string> = { 200: 'shows', 204: 'shows', 403: 'forbidden', 404: 'missing', 422: 'again' }
  return words[status] ?? String(status)
}

/** A page with nothing in it but what it says: no nonce, no form's words, no id of what was asked for. */
export const wordsOf = ({ body }: Asked, { id, attachment }: Thing): string =>
  body
    .replaceAll(/nonce="[^"]*"/g, '')
    .replaceAll(/name="form_(token|id)" value="[^"]*"/g, '')
    .replaceAll(id || /$^/g, ':id')
    .replaceAll(attachment || /$^/g, ':attachment')
