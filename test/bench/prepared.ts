import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { readConfig } from '../../server/config.ts'
import { setStage } from '../../server/demonstration/stage.ts'
import { openParts } from '../../server/open-portal.ts'
import type { Log } from '../../server/parts.ts'
import { startSession } from '../../server/sign-in/session.ts'
import type { Reader } from '../../server/sign-in/visitor.ts'

/** A folder in which the real program finds a patient with a full mailbox, signed in as often as wanted. The caller removes it. */
export interface Prepared {
  folder: string
  apiKey: string
  /** Cookie headers of Ada Lopez's sessions. */
  sessions: string[]
  /** Tokens of sign-ins that have come as far as the passphrase. */
  signIns: string[]
  /** One more of her sessions, begun now, in a copy of the folder: those above end when nothing was asked with them for a while. */
  signedInAt(copy: string): Promise<string>
  /** Of the one message that she has opened. */
  opened: string
  /** The others, newest first. */
  waiting: string[]
  remove(): Promise<void>
}

const SILENT: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
const ADA = { name: 'Ada Lopez', email: 'ada@example.com' }

/** @param sessions - at least one. */
export async function preparedFolder({ messages = 60, sessions = 1, signIns = 0 } = {}): Promise<Prepared> {
  const folder = await mkdtemp(path.join(tmpdir(), 'restante-bench-'))
  const clock = Date.now
  const config = readConfig({ PORTAL_DATA: folder })
  const { parts, close } = await openParts(config, { migrate: true, log: SILENT, clock })
  const stage = await setStage(parts, clock())
  const deposit = (subject: string) =>
    stage.deposits({
      to: ADA,
      from: 'Dr. Cole',
      subject,
      text: 'All is well. '.repeat(300),
      expiresAt: clock() + 30 * 86_400_000,
    })
  await deposit('Welcome')
  const reader = await (await stage.enrols(ADA.name, ADA.email)).signsIn()
  for (let number = 1; number < messages; number++) {
    await stage.at(clock())
    await deposit(`Result ${number}`)
  }
  const portal = await stage.at(clock())
  const [opened = '', ...waiting] = await allOf(after => portal.listMessages(reader, { limit: 50, after }))
  await portal.openMessage(reader, opened)
  const cookies = await Promise.all(Array.from({ length: sessions }, () => sessionOf(reader, parts.store, clock())))
  const begun = await Promise.all(Array.from({ length: signIns }, () => portal.beginSignIn({ address: ADA.email })))
  await close()
  return {
    ...{ folder, apiKey: stage.gateway.apiKey, sessions: cookies, opened, waiting },
    async signedInAt(copy) {
      const copied = await openParts(readConfig({ PORTAL_DATA: copy }), { migrate: false, log: SILENT, clock })
      const session = await sessionOf(reader, copied.parts.store, clock())
      await copied.close()
      return session
    },
    signIns: begun.map(({ requestToken }) => requestToken),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** Ids of a whole list, page after page. */
async function allOf(page: (after: string | undefined) => Promise<{ lines: { id: string }[] }>): Promise<string[]> {
  const ids: string[] = []
  for (;;) {
    const { lines } = await page(ids.at(-1))
    if (lines.length === 0) return ids
    ids.push(...lines.map(({ id }) => id))
  }
}

async function sessionOf(
  { person }: Reader,
  store: Awaited<ReturnType<typeof openParts>>['parts']['store'],
  now: number,
): Promise<string> {
  return `__Host-session=${await store.transaction(tx => startSession(tx, now, person, 'full', 'passkey'))}`
}
