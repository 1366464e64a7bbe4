import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { authenticatorCode } from '../sign-in/authenticator.ts'
import type { Clock } from '../time.ts'

/** A letter that was caught instead of sent. */
export interface CaughtLetter {
  to: string
  from: string
  subject: string
  text: string
  html: string
  at: string
  messageId: string
}

interface Demonstration {
  people: { name: string; address: string; role: string; howToSignIn: string; totpKey?: string }[]
}

/**
 * The pages that exist in development only: the mail that was caught, and how the demonstration people sign in.
 *
 * @param dataDirectory - where the seed left `demonstration.json`.
 * @param clock - for the codes that the demonstration people's authenticator apps would show.
 */
export function developmentPages(mailbox: { list(): Promise<CaughtLetter[]> }, dataDirectory: string, clock: Clock) {
  return async (request: Request, path: string): Promise<Response | null> => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return null
    if (path === '/dev/mailbox.json') return Response.json(await mailbox.list())
    if (path !== '/dev/mailbox') return null
    const page = mailboxPage(
      await mailbox.list(),
      await withCodes(await demonstration(dataDirectory), clock),
      new URL(request.url).origin,
    )
    return new Response(page, { headers: { 'content-type': 'text/html; charset=utf-8' } })
  }
}

async function demonstration(dataDirectory: string): Promise<Demonstration> {
  try {
    return JSON.parse(await readFile(join(dataDirectory, 'demonstration.json'), 'utf8')) as Demonstration
  } catch {
    // Started empty: there is nobody to show.
    return { people: [] }
  }
}

/** Invented people have no telephone in their pocket: the page stands in for their apps. */
async function withCodes({ people }: Demonstration, clock: Clock): Promise<Demonstration> {
  const withCode = people.map(async person => {
    if (person.totpKey === undefined) return person
    return {
      ...person,
      howToSignIn: `${person.howToSignIn} The code at this moment: ${await authenticatorCode(person.totpKey, clock())}`,
    }
  })
  return { people: await Promise.all(withCode) }
}

function mailboxPage(letters: CaughtLetter[], { people }: Demonstration, origin: string): string {
  const persons = people.map(
    person =>
      `<dt>${escaped(person.name)} (${escaped(person.role)}), ${escaped(person.address)}</dt><dd>${escaped(person.howToSignIn)}</dd>`,
  )
  const mails = letters.map(
    letter => `<article><h2>${escaped(letter.subject)}</h2>
<p>To ${escaped(letter.to)}, ${escaped(letter.at)}</p>
<pre>${linked(escaped(letter.text), origin)}</pre></article>`,
  )
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Caught mail</title></head><body>
<h1>Caught mail</h1>
<p>For development only: letters stop here instead of leaving. The newest is first.</p>
${persons.length > 0 ? `<details open><summary>Demonstration people</summary><dl>${persons.join('\n')}</dl></details>` : ''}
<main>${mails.join('\n') || '<p>No letter yet.</p>'}</main>
</body></html>
`
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escaped = (text: string): string => text.replace(/[&<>"']/g, character => ESCAPES[character] ?? '')

/** Only the portal's own links become links. */
const linked = (safeText: string, origin: string): string =>
  safeText
    .split(/(\s+)/)
    .map(word => (word.startsWith(`${origin}/`) ? `<a href="${word}">${word}</a>` : word))
    .join('')
