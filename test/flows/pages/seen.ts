import { newId, newSecret } from '../../../server/ids.ts'
import { type Thing, thingsOf } from '../access/things.ts'
import type { ServedPeople } from './asking.ts'
import { notBegun, type PageRow, type VisitorRole } from './doors.ts'
import { PAGES } from './rows.ts'
import { BEFORE, begunSignIn, FURTHER_STATES, type SeenPage } from './states.ts'

/** Who sees most of a page comes first: one of them is enough for each. */
const READERS: VisitorRole[] = ['patient', 'newcomer', 'mailboxOnly', 'anonymous']
/** Answers that are no pages: a file, options of a passkey, what a script is told, nothing at all. */
const NO_PAGES = /\.attachments\.\$|\.options$|\.copy\.save$|\.reply\.(draft|files)$|^still-here$/

const answerTo = ({ answers }: PageRow, role: VisitorRole): string => {
  const answer = answers[role]
  return typeof answer === 'string' ? answer : answer.own
}
const isSeen = (row: PageRow, role: VisitorRole) => ['shows', 'again', 'missing', 'forbidden'].includes(answerTo(row, role))
/** Steps of a sign-in: whoever has not begun one is sent to its beginning. */
const isStep = ({ answers }: PageRow) => answers === notBegun

/** Each state that the table knows; a new row of it is looked at by itself. */
const OF_THE_TABLE: SeenPage[] = PAGES.flatMap((row): SeenPage[] => {
  const role = READERS.find(each => isSeen(row, each)) ?? (isStep(row) ? 'beginner' : undefined)
  const name = `${row.method} ${row.file}${row.about ? ` (${row.about})` : ''}`
  return role ? [{ name, row, role, ...BEFORE[name] }] : []
})

/** Every page that patients see, in each of its states. */
export const SEEN_PAGES: SeenPage[] = [...OF_THE_TABLE.filter(({ row }) => !NO_PAGES.test(row.file)), ...FURTHER_STATES]

/** What the table lets patients have that has no looks. */
export const UNSEEN: SeenPage[] = OF_THE_TABLE.filter(({ row }) => NO_PAGES.test(row.file))

/**
 * @returns the page as it is served in this language.
 * @throws where the answer is no page, or the portal itself failed: what was to be looked at is then not what is shown, and every look at
 *   it would find nothing wrong.
 */
export async function htmlOf(served: ServedPeople, page: SeenPage, language: string): Promise<string> {
  const { row, role, name } = page
  const { people } = served
  const isBeginner = role === 'beginner'
  const { token } = await people.credentials(isBeginner ? 'anonymous' : role)
  const nobodys: Thing = { id: row.file.includes('$') ? newSecret() : '', attachment: newId('att', 0) }
  const made = await page.before?.(served)
  const thing = made?.thing ?? (row.about === undefined || isBeginner ? nobodys : await thingsOf(people, row.about)(role, 'own'))
  const begun = isBeginner ? `; __Host-sign-in=${made?.begun ?? (await begunSignIn(served))}` : ''
  const { status, body, headers } = await served.ask(row, token, thing, sent => {
    if (page.keepsNothing) sent.query = `?language=${language}`
    else sent.headers.cookie = `${sent.headers.cookie ?? ''}; __Host-language=${language}${begun}`
  })
  if (status >= 500) throw new Error(`${name} was answered by ${status}.`)
  const leadsTo = headers.get('location')
  if (leadsTo !== null)
    throw new Error(`${name} is no page: it leads to ${leadsTo}. What has to happen before belongs into states.ts.`)
  const type = headers.get('content-type')
  if (!type?.startsWith('text/html')) throw new Error(`${name} is no page: it is ${type ?? 'nothing at all'}.`)
  return body
}
