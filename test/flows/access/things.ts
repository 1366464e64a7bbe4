import type { Asking } from '../../../server/asking.ts'
import { newId, newSecret } from '../../../server/ids.ts'
import type { Reader } from '../../../server/sign-in/visitor.ts'
import { minutes } from '../../../server/time.ts'
import { depositRequest, textFile } from '../../support/clinic.ts'
import { factor, type People, patientBehind, personBehind, type Role, senderBehind, type Whose } from './people.ts'

/** What somebody can ask for by its id. `deposit` and `reply` belong to a sender, `session` and `factor` to a person, the rest to a patient. */
export type Kind =
  | 'waiting'
  | 'opened'
  | 'begun'
  | 'expired'
  | 'deposit'
  | 'reply'
  | 'openedReply'
  | 'thread'
  | 'session'
  | 'factor'

export interface Thing {
  id: string
  /** A file of it, where it has one. */
  attachment: string
  /** Version of what was begun as an answer to it. */
  draft?: string
}

/** Fresh things of one kind, made when they are first asked for, one for each owner. */
export function thingsOf(people: People, kind: Kind): (role: Role, whose: Whose) => Promise<Thing> {
  const made = new Map<string, Promise<Thing>>()
  return (role, whose) => {
    if (whose === 'missing') return Promise.resolve(missing(kind))
    const owner = ownerOf(kind, role, whose)
    if (!made.has(owner)) made.set(owner, make(people, kind, owner))
    return made.get(owner)!
  }
}

const SENDER_KINDS: Kind[] = ['deposit', 'reply', 'openedReply', 'thread']
const PERSON_KINDS: Kind[] = ['session', 'factor']

function ownerOf(kind: Kind, role: Role, whose: Exclude<Whose, 'missing'>): string {
  if (SENDER_KINDS.includes(kind)) return senderBehind(role, whose)
  return PERSON_KINDS.includes(kind) ? personBehind(role, whose) : patientBehind(role, whose)
}

const PREFIXES = { deposit: 'dep', thread: 'thr', session: 'ses', factor: 'fac' } as const

/** Well formed, and nobody's. */
const missing = (kind: Kind): Thing => ({
  id: newId(PREFIXES[kind as keyof typeof PREFIXES] ?? 'msg', 0),
  attachment: newId('att', 0),
  draft: newSecret(),
})

async function make(people: People, kind: Kind, owner: string): Promise<Thing> {
  switch (kind) {
    case 'deposit':
      return { id: (await deposited(people, owner, patientOf(owner))).deposit, attachment: newId('att', 0) }
    case 'thread':
      return { id: (await deposited(people, owner, patientOf(owner))).thread, attachment: newId('att', 0) }
    case 'reply':
    case 'openedReply':
      return replied(people, owner, kind === 'openedReply')
    case 'session':
      return { id: await sessionHandle(people, owner), attachment: newId('att', 0) }
    case 'factor':
      return { id: await spareFactor(people, owner), attachment: newId('att', 0) }
    default:
      return received(people, kind, owner)
  }
}

const patientOf = (sender: string): keyof People['addresses'] => (sender.startsWith('foreign') ? 'foreignPatient' : 'patient')

/** One message with one file, from this sender to this patient. */
async function deposited(people: People, sender: string, patient: keyof People['addresses'], expiresAt: number | null = null) {
  const { portal, parts } = people.world
  const to = { name: 'Somebody', address: people.addresses[patient] }
  const request = depositRequest('Result', [to], { attachments: [textFile('plan.txt', 'Walk.')], expiresAt })
  const who = await people.credentials(sender as Role)
  const { id } =
    who.header === null
      ? await portal.composeDeposit((await people.visitor(who)) as never, request)
      : await portal.deposit(await people.client(who), request, { key: newSecret(), bodyHash: 'a body' })
  return parts.store.read(async tx => {
    const [message] = await tx.messages.ofDeposits([id])
    const [attachment] = await tx.attachments.ofMessage(message!.id)
    return { deposit: id, message: message!.id, thread: message!.thread, attachment: attachment!.id }
  })
}

async function received(people: People, kind: Kind, patient: string): Promise<Thing> {
  const owner = patient as keyof People['addresses']
  const sender = owner === 'foreignPatient' ? 'foreignClient' : 'client'
  const { clock, portal } = people.world
  const expiresAt = kind === 'expired' ? clock.read() + minutes(1) : null
  const { message, attachment } = await deposited(people, sender, owner, expiresAt)
  if (kind === 'expired') clock.advance(minutes(1))
  if (kind !== 'opened' && kind !== 'begun') return { id: message, attachment }
  const reading = await reader(people, owner)
  await portal.openMessage(reading, message)
  if (kind === 'opened') return { id: message, attachment }
  const { version } = await portal.saveDraft(reading, message, { text: 'Thank you', version: null, files: [], removed: [] })
  return { id: message, attachment, draft: version }
}

async function replied(people: People, sender: string, isOpened: boolean): Promise<Thing> {
  const { portal, parts } = people.world
  const patient = patientOf(sender)
  const { message } = await deposited(people, sender, patient)
  const answering = await reader(people, patient)
  await portal.openMessage(answering, message)
  const { id } = await portal.reply(answering, message, { text: 'Thank you', files: [textFile('list.txt', 'milk')] })
  if (isOpened) await opened(people, await people.asking(await people.credentials(sender as Role)), id)
  const [attachment] = await parts.store.read(tx => tx.attachments.ofMessage(id))
  return { id, attachment: attachment!.id }
}

const opened = ({ world }: People, asking: Asking, reply: string): Promise<unknown> =>
  'client' in asking ? world.portal.readReply(asking.client, reply) : world.portal.openReply(asking.staff, reply)

const reader = async (people: People, patient: string): Promise<Reader> =>
  (await people.visitor(await people.credentials(patient as Role))) as Reader

const WITHOUT_SESSION = ['expiredSession', 'disabledProvider']

async function sessionHandle(people: People, person: string): Promise<string> {
  if (people.persons[person] === undefined || WITHOUT_SESSION.includes(person)) return newId('ses', 0)
  return (await people.visitor(await people.credentials(person as Role))).session
}

const PASSKEY = JSON.stringify({ credentialId: 'c29tZQ', publicKey: 'c29tZQ', isBackupEligible: false })

/** One that can be taken away without locking its owner out. */
const spareFactor = async ({ world, persons }: People, person: string): Promise<string> =>
  persons[person] === undefined ? newId('fac', 0) : factor(world, persons[person], 'passkey', PASSKEY)
