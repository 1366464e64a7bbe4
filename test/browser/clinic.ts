import { randomUUID } from 'node:crypto'
import type { RunningServer } from '../support/launch.ts'
import { codeIn } from '../support/mailbox.ts'
import { startServer } from '../support/server.ts'

/** A clinic of the running program, opened with the operator's commands, that deposits through its API. */
export interface ServedClinic {
  server: RunningServer
  organization: string
  /** Asks the API as the clinic's record system. */
  api<T>(method: string, path: string, body?: unknown): Promise<T>
  deposit(message: Record<string, unknown>, more?: Record<string, unknown>): Promise<Deposited>
  /** The link of the newest notice to this address. */
  noticeLink(address: string): Promise<string>
  /** The newest code that came to this address. */
  mailedCode(address: string): Promise<string>
  /** The link that invites a member of staff. */
  invitation(name: string, role: string): Promise<string>
}

export interface Deposited {
  id: string
  messages: { id: string; recipient: string; state: string; receipts: { stage: string; at: string }[] }[]
}

export const ADA = { name: 'Ada Lopez', email: 'ada@example.com' }
export const BEN = { name: 'Ben Okoro', email: 'ben@example.com' }

export async function servedClinic(settings: Record<string, string> = {}): Promise<ServedClinic> {
  const server = await startServer(settings)
  const named = ['--name', 'North Clinic', '--phone', '+1 555 0100', '--time-zone', 'America/New_York', '--named-in-notices']
  const { id: organization } = await server.command<{ id: string }>('organization', 'create', ...named)
  const records = ['--organization', organization, '--name', 'Records']
  const { apiKey } = await server.command<{ apiKey: string }>('client', 'create', ...records)

  const api = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${server.origin}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', 'idempotency-key': randomUUID() },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const answer = await response.text()
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${answer}`)
    return JSON.parse(answer) as T
  }
  return {
    server,
    organization,
    api,
    deposit: (message, more = {}) => {
      const from = { name: 'Dr. Cole', email: 'cole@example.com' }
      return api<Deposited>('POST', '/deposits', { recipients: [ADA], message: { from, ...message }, ...more })
    },
    noticeLink: async address => linkIn((await server.nextLetterTo(address, /\/m\//)).text),
    mailedCode: async address => codeIn(await server.nextLetterTo(address, /^\d{3} ?\d{3}$/m)),
    async invitation(name, role) {
      const address = `${name.toLowerCase().replace(/[^a-z]+/g, '.')}@example.com`
      const who = ['--organization', organization, '--email', address, '--name', name, '--role', role]
      return (await server.command<{ link: string }>('staff', 'invite', ...who)).link
    },
  }
}

function linkIn(text: string): string {
  const link = /https?:\/\/\S+\/m\/[\w-]+/.exec(text)?.[0]
  if (link === undefined) throw new Error(`There is no link in this letter:\n${text}`)
  return link
}
