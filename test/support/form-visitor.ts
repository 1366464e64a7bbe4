import { formTokenFor } from '../../server/web/cookies.ts'

/** What a page answered. */
export interface Answered {
  status: number
  /** Where it sends the browser; null when it stays. */
  location: string | null
  html: string
  /** When it asks to wait: so many seconds. */
  wait: string | null
  /** The session this answer began; null when it began none. */
  session: string | null
}

/** Somebody with a browser without scripts who may reach another process of the portal with each request. */
export interface FormVisitor {
  /** @param address - of the process that is asked: `http://127.0.0.1:4000`. */
  looks(address: string, path: string): Promise<Answered>
  /** Sends a form of this page, with the word that it carries. */
  sends(address: string, path: string, fields?: Record<string, string>): Promise<Answered>
  /** A second browser that holds the same cookies. */
  twin(): FormVisitor
}

const SESSION = '__Host-session'
const SIGN_IN = '__Host-sign-in'

/** @param origin - what the portal is called, whichever process answers. */
export function formVisitor(origin: string, cookies: ReadonlyMap<string, string> = new Map()): FormVisitor {
  const jar = new Map(cookies)

  async function ask(address: string, path: string, init: RequestInit): Promise<Answered> {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(address + path, { ...init, redirect: 'manual', headers: { origin, cookie } })
    const set = answer.headers.getSetCookie().map(line => /^([^=]+)=([^;]*)/.exec(line)!)
    for (const [, name = '', value = ''] of set) value === '' ? jar.delete(name) : jar.set(name, value)
    const session = set.find(([, name]) => name === SESSION)?.[2] || null
    const { status, headers } = answer
    return { status, location: headers.get('location'), wait: headers.get('retry-after'), html: await answer.text(), session }
  }

  return {
    looks: (address, path) => ask(address, path, {}),
    sends(address, path, fields = {}) {
      const form_token = formTokenFor(jar.get(SESSION) ?? jar.get(SIGN_IN) ?? null)
      return ask(address, path, { method: 'POST', body: new URLSearchParams({ form_token, ...fields }) })
    },
    twin: () => formVisitor(origin, jar),
  }
}
