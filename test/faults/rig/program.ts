import { afterTest } from '../../support/closing.ts'
import { launchServer, type RunningServer } from '../../support/launch.ts'
import { ROOT_KEY } from '../../support/storage.ts'
import { openPortal } from './opened.ts'
import { storyIn } from './prepared-story.ts'

/** What the API answered. */
export interface Answered {
  status: number
  type: string | undefined
  retryAfter: string | null
  id: string | undefined
}

/** The real program on the prepared clinic, and the clinic's system that deposits there. */
export interface Program extends RunningServer {
  /** Null when no answer came. */
  deposit(reference: string, more?: { text?: string }): Promise<Answered | null>
  /** Asks for what is kept under this reference. */
  find(reference: string): Promise<Answered | null>
}

/** @param under - the command line it is run under, see {@link launchServer}. */
export async function startProgram(folder: string, { under = [], settings = {} }: Start = {}): Promise<Program> {
  const { apiKey } = await storyIn(folder)
  const rootKey = Buffer.from(ROOT_KEY).toString('base64url')
  const server = await launchServer({ PORTAL_DATA: folder, PORTAL_ROOT_KEY: rootKey, ...settings }, under)
  afterTest(() => server.stop())
  const call = async (path: string, init: RequestInit = {}): Promise<Answered | null> => {
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', ...init.headers }
    try {
      const response = await fetch(`${server.origin}/api/v1/${path}`, { ...init, headers })
      const body = (await response.json()) as { type?: string; id?: string; deposits?: { id: string }[] }
      const id = body.id ?? body.deposits?.[0]?.id
      return { status: response.status, type: body.type, retryAfter: response.headers.get('retry-after'), id }
    } catch {
      return null // nobody answered: that is an answer here
    }
  }
  return Object.assign(server, {
    deposit: (reference: string, { text = 'Everything is fine.' } = {}) =>
      call('deposits', {
        method: 'POST',
        headers: { 'idempotency-key': reference },
        body: JSON.stringify({
          recipients: [{ email: 'ada.lopez@example.com', name: 'Ada Lopez' }],
          message: { subject: 'Result', text },
          reference,
        }),
      }),
    find: (reference: string) => call(`deposits?reference=${encodeURIComponent(reference)}`),
  })
}

interface Start {
  under?: string[]
  settings?: Record<string, string>
}

/** Every reference of the clinic's deposits that a folder holds, asked for in a portal opened on it. */
export async function referencesIn(folder: string): Promise<Set<string>> {
  const { now, gateway } = await storyIn(folder)
  const { portal, close } = await openPortal(folder, now)
  const found = new Set<string>()
  let after: string | undefined
  do {
    const page = await portal.listDeposits({ client: gateway }, { limit: 100, after })
    for (const { reference } of page) if (reference !== null) found.add(reference)
    after = page.at(-1)?.id
  } while (after !== undefined)
  await close()
  return found
}
