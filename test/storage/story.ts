import { newId, newSecret } from '../../server/ids.ts'
import type { Store, Tx } from '../../server/store.ts'
import { minutes } from '../../server/time.ts'
import { NEW_YEAR } from '../support/storage.ts'
import { draftOf } from './contract/drafts.ts'
import { clinic, depositBy, letterAbout, move, wholeContent } from './kept.ts'

/** Everything a stranger must not find in the files, nor change in them. */
export const CANARIES = {
  subject: 'Canary subject: biopsy',
  text: 'Canary text: the biopsy shows nothing to worry about.',
  html: '<p>Canary html: nothing to worry about</p>',
  senderName: 'Canary Dr. Cole',
  senderAddress: 'canary-cole@clinic.example',
  fileName: 'canary-biopsy-report.pdf',
  fileContent: '%PDF-1.7 canary file content, long enough to be found',
  recipientName: 'Canary Ada Lopez',
  recipientAddress: 'canary-ada@example.com',
  staffName: 'Canary Staff Name',
  staffAddress: 'canary-staff@clinic.example',
  organizationName: 'Canary North Clinic',
  organizationPhone: '+1 555 0142 canary',
  clientName: 'Canary laboratory system',
  reference: 'CANARY-LAB-2026-001',
  idempotencyAnswer: '{"canary":"idempotent answer"}',
  activationCode: '7431-2209-canary',
  draft: 'Canary draft: may I swim again',
  aside: 'Canary aside: typed after the session had ended',
  search: 'canary words that were looked for',
  locator: 'canary-locator-0123456789-0123456789-01234',
  letterAddress: 'canary-letter@example.com',
  letterCode: 'canary-914207',
  mailServerAnswer: '451 canary try later',
  note: 'Canary note: two people of one name',
  totpSecret: 'CANARYTOTPSECRETJBSWY3DP',
  factorLabel: 'Canary telephone of Ada',
  passphraseHash: '$argon2id$canary$passphrase',
  credentialId: 'canary-credential-id-of-a-passkey',
  printedCode: 'canary-printed-code-1',
  mailboxCode: 'canary-mailbox-code-2',
  privateJwk: 'canary-private-jwk-d-0123456789',
} as const

/**
 * Keeps one of everything that has a sealed or an authenticated row.
 *
 * @param chapter - makes what must be unique so, where a story is told twice.
 */
export async function wholeStory(store: Store, chapter = '') {
  const { organization, ada, sender, keep, attach } = await clinic(store, CANARIES.organizationName, CANARIES.recipientAddress)
  const content = {
    ...{ subject: CANARIES.subject, text: CANARIES.text, html: CANARIES.html, language: 'en' },
    from: { name: CANARIES.senderName, email: CANARIES.senderAddress },
  }
  const message = await keep(
    { locator: CANARIES.locator + chapter, activationAnswer: CANARIES.activationCode, needsConfirmation: 'code' },
    content,
  )
  const retracted = await keep({ form: { keyHash: `hash-of-form${chapter}`, bodyHash: 'hash-of-words' } }, content)
  const attachment = await attach(message, Buffer.from(CANARIES.fileContent), { name: CANARIES.fileName })
  const large = await attach(message, Buffer.alloc(100_000, CANARIES.fileContent), { name: CANARIES.fileName })
  const person = { kind: 'recipient', id: ada.id, organization: organization.id } as const
  const idempotency = { keyHash: 'hash-of-key', bodyHash: 'hash-of-body', answer: CANARIES.idempotencyAnswer }
  const deposit = depositBy(sender, { reference: CANARIES.reference, idempotency })
  const ids = { client: newId('cli', NEW_YEAR), staff: newId('stf', NEW_YEAR), totp: newId('fac', NEW_YEAR) }
  const letter = letterAbout(message, {
    content: { to: CANARIES.letterAddress, language: 'es', values: { code: CANARIES.letterCode } },
  })
  const tokens = { session: newSecret(), request: newSecret(), invitation: newSecret(), access: newSecret(), cancel: newSecret() }
  const until = NEW_YEAR + minutes(10)

  await store.transaction(async tx => {
    await move(tx, retracted.id, ['waiting'], 'retracted', { retractionReason: 'wrong_recipient', retractionNote: CANARIES.note })
    await tx.deposits.add(deposit)
    const client = { organization: organization.id, createdAt: NEW_YEAR, expiresAt: null, revokedAt: null }
    const credentials = { apiKeyHash: `api-key${chapter}`, secretHash: 'secret' }
    await tx.clients.add({ ...client, id: ids.client, name: CANARIES.clientName, scopes: ['deposit'] }, credentials)
    await tx.clients.addAccessToken({ hash: tokens.access, client: ids.client, scopes: ['deposit'], expiresAt: until })
    const member = { id: ids.staff, organization: organization.id, address: CANARIES.staffAddress, name: CANARIES.staffName }
    await tx.staff.add({ ...member, role: 'compliance', createdAt: NEW_YEAR, disabledAt: null })
    await tx.outbox.add(letter)
    const words = { text: CANARIES.draft, aside: { text: CANARIES.aside, at: NEW_YEAR } }
    await tx.drafts.put(draftOf(message, words))
    const privateJwk = { kty: 'OKP', d: CANARIES.privateJwk }
    await tx.depositKeys.add({ kid: `kid${chapter}`, privateJwk, createdAt: NEW_YEAR, expiresAt: until })
  })
  const [claimed] = await store.transaction(tx => tx.outbox.claim(NEW_YEAR, until, 1))
  await store.transaction(async tx => {
    const deferred = { state: 'deferred', at: NEW_YEAR, answer: CANARIES.mailServerAnswer, nextAttemptAt: until } as const
    await tx.outbox.settle(until, [{ id: claimed!.id, ...deferred }])
    const factor = { person, createdAt: NEW_YEAR, lastUsedAt: null, counter: 5, label: CANARIES.factorLabel }
    await tx.signIn.factors.add({ ...factor, id: ids.totp, kind: 'totp', secret: CANARIES.totpSecret })
    const passkey = { ...factor, id: newId('fac', NEW_YEAR), kind: 'passkey', secret: 'public key' } as const
    await tx.signIn.factors.addPasskey(passkey, CANARIES.credentialId + chapter)
    await tx.signIn.printedCodes.replace(person, [CANARIES.printedCode], NEW_YEAR)
    const request = {
      subject: tx.signIn.subjectOf(CANARIES.recipientAddress),
      person,
      address: CANARIES.recipientAddress,
      locator: CANARIES.locator,
      proven: [],
      mailboxAt: null,
      challenge: 'challenge',
    }
    const times = { createdAt: NEW_YEAR, expiresAt: until }
    await tx.signIn.requests.add({ tokenHash: tokens.request, ...request, passphraseAt: null, ...times })
    await tx.signIn.mailboxCodes.put({ request: tokens.request, code: CANARIES.mailboxCode, reference: 'AB', ...times })
    const choices = { passphrase: CANARIES.passphraseHash, totpSecret: CANARIES.totpSecret, challenge: null }
    await tx.signIn.enrolments.put({ tokenHash: tokens.session, person, ...choices, createdAt: NEW_YEAR })
    await tx.signIn.invitations.put({ tokenHash: tokens.invitation, person, expiresAt: until })
    const wait = { startedAt: NEW_YEAR, opensAt: until, state: 'running', endedAt: null } as const
    const recovery = { id: newId('rec', NEW_YEAR), person, cancelHash: tokens.cancel, ...wait }
    await tx.signIn.recoveries.add(recovery, CANARIES.printedCode)
    const seen = { createdAt: NEW_YEAR, signedInAt: NEW_YEAR, lastSeenAt: NEW_YEAR }
    const session = { tokenHash: tokens.session, handle: newId('ses', NEW_YEAR), person, ...seen }
    await tx.signIn.sessions.add({ ...session, level: 'mailbox', method: 'mailbox_code' })
    await tx.signIn.sessions.keepSearch(tokens.session, CANARIES.search + chapter)
  })

  const everything = async (tx: Tx) => {
    const found = await tx.messages.findMany([message.id, retracted.id])
    return [
      await tx.organizations.list(),
      await tx.clients.find(ids.client),
      await tx.clients.findAccessToken(tokens.access, NEW_YEAR),
      await tx.staff.find(ids.staff),
      await tx.recipients.find(ada.id),
      await tx.deposits.find(deposit.id),
      await tx.deposits.find(message.deposit),
      found.map(({ id }) => id).sort(),
      await tx.messages.listForRecipient(ada.id, { limit: 9 }),
      await Promise.all(found.map(each => tx.messages.content(each))),
      await Promise.all(found.map(each => tx.messages.locator(each))),
      await tx.messages.findByForm(ada.id, `hash-of-form${chapter}`),
      await tx.messages.activationMatches(message.id, CANARIES.activationCode),
      await tx.attachments.ofMessage(message.id),
      await tx.drafts.find(message.id),
      await tx.drafts.ofRecipient(ada.id),
      await tx.outbox.find(letter.id),
      await tx.depositKeys.find(`kid${chapter}`),
      await tx.signIn.factors.ofPerson(person),
      await tx.signIn.factors.findPasskey(CANARIES.credentialId + chapter),
      await tx.signIn.requests.find(tokens.request, NEW_YEAR),
      await tx.signIn.mailboxCodes.reference(tokens.request),
      await tx.signIn.enrolments.find(tokens.session),
      await tx.signIn.invitations.find(tokens.invitation, NEW_YEAR),
      await tx.signIn.recoveries.running(person),
      await tx.signIn.recoveries.findByCancelHash(tokens.cancel),
      await tx.signIn.sessions.find(tokens.session),
      await tx.signIn.sessions.keptSearch(tokens.session),
      await tx.trail.entries(0, 100),
    ]
  }

  return {
    ...{ organization, ada, person, message, retracted, deposit, attachment, large, letter, ids, tokens },
    /** Opens everything that was kept. @throws what the first thing that does not verify throws. */
    async readAll(from: Store = store): Promise<unknown[]> {
      const read = await from.read(everything)
      return [...read, await wholeContent(from, attachment), await wholeContent(from, large)]
    },
  }
}
