import { newId, newSecret } from '../../../server/ids.ts'
import { type Thing, thingsOf } from '../access/things.ts'
import type { ServedPeople } from './asking.ts'
import { notBegun, type PageRow, type VisitorRole } from './doors.ts'
import { PAGES } from './rows.ts'
import { begunSignIn, FURTHER_STATES, type SeenPage } from './states.ts'

/** Who sees most of a page comes first: one of them is enough for each. */
const READERS: VisitorRole[] = ['patient', 'newcomer', 'mailboxOnly', 'anonymous']
/** Answers that are no pages: a file, options of a passkey, nothing at all. */
const NO_PAGES = /attachments\.\$|\.options$|^still-here$/

const answerTo = ({ answers }: PageRow, role: VisitorRole): string => {
  const answer = answers[role]
  return typeof answer === 'string' ? answer : answer.own
}
const isSeen = (row: PageRow, role: VisitorRole) => ['shows', 'again', 'missing', 'forbidden'].includes(answerTo(row, role))
/** Steps of a sign-in: whoever has not begun one is sent to its beginning. */
const isStep = ({ answers }: PageRow) => answers === notBegun

/** Each state that the table knows; a new row of it is looked at by itself. */
const OF_THE_TABLE: SeenPage[] = PAGES.filter(row => !NO_PAGES.test(row.file)).flatMap((row): SeenPage[] => {
  const role = READERS.find(each => isSeen(row, each)) ?? (isStep(row) ? 'beginner' : undefined)
  return role ? [{ name: `${row.method} ${row.file}${row.about ? ` (${row.about})` : ''}`, row, role }] : []
})

/** Every page that patients see, in each of its states. */
export const SEEN_PAGES: SeenPage[] = [...OF_THE_TABLE, ...FURTHER_STATES]

/**
 * @returns the page as it is served in this language; null where the answer is no page: it leads on, or scripts read it.
 * @throws where the portal itself failed: what was to be looked at is then not what is shown.
 */
export async function htmlOf(served: ServedPeople, page: SeenPage, language: string): Promise<string | null> {
  const { row, role, name } = page
  const { people } = served
  const isBeginner = role === 'beginner'
  const { token } = await people.credentials(isBeginner ? 'anonymous' : role)
  const nobodys: Thing = { id: row.file.includes('$') ? newSecret() : '', attachment: newId('att', 0) }
  const made = await page.before?.(served)
  const thing = made?.thing ?? (row.about === undefined || isBeginner ? nobodys : await thingsOf(people, row.about)(role, 'own'))
  const begun = isBeginner ? `; __Host-sign-in=${made?.begun ?? (await begunSignIn(served))}` : ''
  const { status, body, headers } = await served.ask(row, token, thing, sent => {
    sent.headers.cookie = `${sent.headers.cookie ?? ''}; __Host-language=${language}${begun}`
  })
  if (status >= 500) throw new Error(`${name} was answered by ${status}.`)
  return headers.get('content-type')?.startsWith('text/html') && !headers.has('location') ? body : null
}
