import { newId, newSecret } from '../../../server/ids.ts'
import { newFactor } from '../../../server/sign-in/factor.ts'
import { NOT_SAID_YET } from '../../../server/sign-in/printed-sheet.ts'
import { hashToken } from '../../../server/sign-in/token.ts'
import type { Reader } from '../../../server/sign-in/visitor.ts'
import { depositRequest } from '../../support/clinic.ts'
import { factor, type People } from '../access/people.ts'
import { type Thing, thingsOf } from '../access/things.ts'
import type { ServedPeople } from './asking.ts'
import type { PageRow, VisitorRole } from './doors.ts'
import { PAGES } from './rows.ts'

/** One state of a page that patients see: its row of the table, and who is shown most of it. */
export interface SeenPage {
  name: string
  row: PageRow
  /** `beginner`: nobody yet, but halfway through signing in. */
  role: VisitorRole | 'beginner'
  /** Brings the state about, where no row of the table does; says what the page is about, and which sign-in was begun. */
  before?: (served: ServedPeople) => Promise<{ thing?: Thing; begun?: string }>
  /** The browser brings back nothing that it was given: the page's language is in the address, as in a notice’s link. */
  keepsNothing?: boolean
}

/** What has to have happened before a page of the table is one: a later step of a sign-in is refused to whoever has not taken the earlier. */
export const BEFORE: Record<string, Omit<SeenPage, 'name' | 'row' | 'role'>> = {
  'POST sign-in.which': { before: twoClinics },
  'POST sign-in.app-code': { before: passphraseShown },
  'POST sign-in.printed-code': { before: passphraseShown },
  'GET invitation.$token.cookies': { keepsNothing: true },
}

// States of pages that no row of the table brings about: more has to have happened before.

const state = (file: string, about: string, more: Omit<SeenPage, 'name' | 'row'>): SeenPage => ({
  name: `GET ${file} (${about})`,
  row: PAGES.find(row => row.file === file && row.method === 'GET')!,
  ...more,
})

/** A form that comes back: what is said of it comes from the catalogues, whatever is wrong with it. */
const again = (file: string, about: string, more: Pick<SeenPage, 'role'>, fields: Record<string, string>): SeenPage => ({
  name: `POST ${file} (${about})`,
  row: { ...PAGES.find(row => row.file === file && row.method === 'POST')!, fields },
  ...more,
})

export const FURTHER_STATES: SeenPage[] = [
  again('language', 'nothing chosen', { role: 'anonymous' }, { language: '' }),
  again('account.time-zone', 'a place that is on no list', { role: 'patient' }, { timeZone: 'Atlantis/Poseidonis' }),
  again(
    'messages.$messageId.not-for-me',
    'far too long',
    { role: 'patient' },
    { knowsThem: 'yes'.repeat(400), mayContact: 'no' },
  ),
  again(
    'enrol.passkey._index',
    'a name that is too long',
    { role: 'newcomer' },
    { response: '{}', label: 'My phone '.repeat(7) },
  ),
  state('messages._index', 'several', { role: 'patient', before: several }),
  state('messages._index', 'printed codes that they may not have', { role: 'otherPatient', before: codesShown }),
  {
    name: 'POST messages.search (ten in a minute)',
    row: PAGES.find(({ file, method }) => file === 'messages.search' && method === 'POST')!,
    ...{ role: 'otherPatient', before: searchedALot },
  },
  state('messages.$messageId._index', 'withdrawn', { role: 'patient', before: withdrawn }),
  state('messages.$messageId._index', 'with what was said before', { role: 'patient', before: said }),
  state('messages.$messageId._index', 'what they wrote', { role: 'patient', before: written }),
  state('messages.$messageId.reply.sent', 'sent', { role: 'patient', before: sent }),
  state('enrol.confirm', 'a code from the clinic', { role: 'newcomer', before: asked }),
  state('sign-in.which', 'two clinics', { role: 'beginner', before: twoClinics }),
]

const NO_FILE = newId('att', 0)
const ada = async (people: People): Promise<Reader> => (await people.visitor(await people.credentials('patient'))) as Reader

const ben = async (people: People): Promise<Reader> => (await people.visitor(await people.credentials('otherPatient'))) as Reader

async function codesShown({ people }: ServedPeople): Promise<object> {
  const { person } = await ben(people)
  const { store, clock } = people.world.parts
  const sheet = newFactor(person, 'printed_code', NOT_SAID_YET, clock())
  await store.transaction(tx => tx.signIn.factors.add(sheet))
  return {}
}

async function searchedALot({ people }: ServedPeople): Promise<object> {
  const reader = await ben(people)
  // Some were counted when it was last brought about, and are refused.
  await Promise.allSettled(Array.from({ length: 21 }, () => people.world.portal.keepSearch(reader, 'walk')))
  return {}
}

async function several({ people }: ServedPeople): Promise<object> {
  for (const kind of ['expired', 'opened', 'begun', 'waiting'] as const) await thingsOf(people, kind)('patient', 'own')
  return {}
}

async function deposited(
  people: People,
  to: Parameters<typeof depositRequest>[1][number],
  client: 'client' | 'foreignClient' = 'client',
) {
  const sender = await people.client(await people.credentials(client))
  const request = depositRequest('Your visit on Monday', [to], { text: 'Please bring your card.' })
  const { id } = await people.world.portal.deposit(sender, request, { key: newSecret(), bodyHash: 'a body' })
  const [message] = await people.world.parts.store.read(tx => tx.messages.ofDeposits([id]))
  return { deposit: id, message: message!.id }
}

const toAda = (people: People) => ({ name: 'Ada Lopez', address: people.addresses.patient })

async function withdrawn({ people }: ServedPeople): Promise<{ thing: Thing }> {
  const { deposit, message } = await deposited(people, toAda(people))
  const sender = await people.asking(await people.credentials('client'))
  await people.world.portal.retract(sender, deposit, { reason: 'wrong_content' })
  return { thing: { id: message, attachment: NO_FILE } }
}

async function answered({ people }: ServedPeople) {
  const { message } = await deposited(people, toAda(people))
  const reading = await ada(people)
  await people.world.portal.openMessage(reading, message)
  const { id } = await people.world.portal.reply(reading, message, { text: 'I will come. Thank you.', files: [] })
  return { message, reply: id }
}

async function said(served: ServedPeople): Promise<{ thing: Thing }> {
  return { thing: { id: (await answered(served)).message, attachment: NO_FILE } }
}

async function written(served: ServedPeople): Promise<{ thing: Thing }> {
  return { thing: { id: (await answered(served)).reply, attachment: NO_FILE } }
}

/** As somebody sees it who has just pressed Send. */
async function sent({ people }: ServedPeople): Promise<{ thing: Thing }> {
  const { message } = await deposited(people, toAda(people))
  const reading = await ada(people)
  const { portal } = people.world
  await portal.openMessage(reading, message)
  const { version } = await portal.saveDraft(reading, message, { text: 'I will come.', version: null, files: [], removed: [] })
  await portal.sendDraft(reading, message, { version, files: [] })
  return { thing: { id: message, attachment: NO_FILE } }
}

async function asked({ people }: ServedPeople): Promise<object> {
  const activation = { kind: 'code', answer: 'BLUE-7788' } as const
  await deposited(people, { name: 'New Comer', address: 'new@example.com', activation })
  return {}
}

let doras = 0
/** Somebody new at each look: a mailbox gets five codes an hour, and after five wrong ones each further try has to wait. */
const newDora = () => ({ name: 'Dora Park', address: `dora.${++doras}@example.com` })

async function twoClinics({ people }: ServedPeople): Promise<{ begun: string }> {
  const dora = newDora()
  await deposited(people, dora)
  await deposited(people, dora, 'foreignClient')
  const begun = await begunSignIn({ people }, dora.address)
  await people.world.deliver()
  await people.world.portal.enterMailboxCode(begun, people.world.mailbox.codeTo(dora.address))
  return { begun }
}

/** The first of two factors was right, as if a passphrase had been typed: to make its hash at each look would be the most of it. */
async function passphraseShown({ people }: ServedPeople): Promise<{ begun: string }> {
  const { parts, portal, clock } = people.world
  const dora = newDora()
  const { message } = await deposited(people, dora)
  const { recipient: id, organization } = (await parts.store.read(tx => tx.messages.find(message)))!
  const person = { kind: 'recipient', id, organization } as const
  const proof = { person, factor: await factor(people.world, person, 'passphrase', 'of which nobody knows the words') }
  const { requestToken } = await portal.beginSignIn({ address: dora.address })
  await parts.store.transaction(tx => tx.signIn.requests.setPassphraseAt(hashToken(requestToken), clock.read(), [proof]))
  return { begun: requestToken }
}

/** A sign-in for which a code was sent, Ada's unless another is said. @returns its token, as its cookie holds it. */
export async function begunSignIn({ people }: Pick<ServedPeople, 'people'>, address = people.addresses.patient): Promise<string> {
  const { portal } = people.world
  const { requestToken } = await portal.beginSignIn({ address })
  await portal.sendMailboxCode(requestToken)
  return requestToken
}
