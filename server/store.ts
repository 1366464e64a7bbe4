import type { Deposit } from './deposit.ts'
import type { DepositKeys } from './deposit-key.ts'
import type { Drafts } from './draft.ts'
import type { Holds } from './hold.ts'
import type { Keys } from './keys/store.ts'
import type { Mark, Marks } from './mark.ts'
import type { Attachment, Content, Message, MessageState, NewMessage } from './message.ts'
import type { Organizations } from './organization.ts'
import type { Letter, LetterKind, NewLetter, Nudge, SettledLetter } from './outbox.ts'
import type { Preferences } from './preferences.ts'
import type { Receipt, ReceiptStage } from './receipt.ts'
import type { NewRecipient, Recipient } from './recipient.ts'
import type { Retention } from './retention.ts'
import type { Client, SenderRef } from './sender.ts'
import type { SignInStore } from './sign-in/store.ts'
import type { Role, StaffMember } from './staff.ts'
import type { ByteRange, NewStagedFile, ObjectFindings, StagedFile, StagedFiles } from './staged-file.ts'
import type { Instant } from './time.ts'
import type { TrailStore } from './trail/store.ts'

/**
 * What the portal asks of a database. It speaks of deposits and messages; that they are sealed, and in which tables they lie,
 * is the storage room's business. One contract suite (test/storage/contract.ts) holds every engine to this page.
 */
export interface Store {
  /**
   * Does work that must happen as a whole. Resolves after it is durable (it survives a power cut); rejects with nothing changed.
   *
   * The work may await nothing but `tx`: mail, hashing and passkeys come before or after. Nesting throws.
   *
   * @throws PortalError `busy` when another writer held the database for too long.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>, precedence?: Precedence): Promise<T>

  /**
   * Runs work that destroys the keys of very many messages, each transaction for itself. They leave the files of the database together,
   * when the work ends; if the process ends before that, after its next start.
   */
  sweep<T>(work: () => Promise<T>): Promise<T>

  /** Reads from one consistent state, beside writers. Writing inside throws. */
  read<T>(work: (tx: Tx) => Promise<T>): Promise<T>

  /**
   * The content of one attachment, in order, each chunk verified before it is handed on. Ends early with `tampered` when one is not.
   *
   * @param range - of its bytes, within its size; only what lies around them is read. All of it when left out.
   */
  attachmentContent(attachment: Attachment, range?: ByteRange): AsyncIterable<Uint8Array>

  /**
   * Seals a file while it comes, before there is a message it belongs to; a deposit claims it by its id. Resolves when it is durable;
   * when it fails, whatever was kept of it is removed, at the latest by the sweep.
   *
   * @throws PortalError `no_space`, `unavailable`; and whatever `content` throws.
   */
  stageFile(file: NewStagedFile, content: AsyncIterable<Uint8Array>): Promise<StagedFile>

  /** Removes the content of up to so many staged files and attachments whose keys are destroyed. @returns how many @throws PortalError `unavailable` */
  removeDiscarded(limit: number): Promise<number>

  /**
   * Compares the whole part store with the database, in small steps. Objects that no row names are removed when they were last changed
   * before `before`; those that no attachment shows any more are discarded.
   */
  checkObjects(before: Instant): Promise<ObjectFindings>

  /** Keeps an object in the part store and removes it. @returns whether nobody shares the place. @throws PortalError `unavailable`, `no_space` */
  tryPartStore(): Promise<boolean>

  /** Signs checkpoints of the trail. The private key never leaves the storage room. */
  readonly signer: Signer

  /**
   * Authenticates a line of a text that is kept outside the database, together with the mac of the line before it: HMAC-SHA-256, base64url.
   * The same in every copy of this database, whatever keys were rotated.
   */
  journalMac(before: string, line: string): string

  /** Whether the database answers, and whether its schema is the one this program knows. */
  health(): Promise<{ answers: boolean; migrated: boolean }>

  close(): Promise<void>
}

/** Whose turn it is when many want to write. */
export interface Precedence {
  /**
   * For what systems and jobs do, while a person looks at a page that is not there yet: people go first, also when they come later, but
   * never so many that it stands still. False when left out.
   */
  givesWay?: boolean
  /**
   * For whoever must not hold the writer for long: told around the commit, which is part of that. Not told where the database waits for the
   * disk in the middle of it: smaller transactions would wait as long.
   */
  committing?: { begins(): void; ends(): void }
}

export interface Signer {
  /** The Ed25519 public key, 32 bytes. */
  readonly publicKey: Uint8Array
  /** An Ed25519 signature, 64 bytes. */
  sign(bytes: Uint8Array): Uint8Array
}

/** One transaction's view of everything that is kept. */
export interface Tx {
  organizations: Organizations
  clients: Clients
  staff: StaffMembers
  recipients: Recipients
  deposits: Deposits
  messages: Messages
  attachments: Attachments
  stagedFiles: StagedFiles
  drafts: Drafts
  receipts: Receipts
  outbox: Outbox
  marks: Marks
  depositKeys: DepositKeys
  holds: Holds
  retention: Retention
  keys: Keys
  signIn: SignInStore
  trail: TrailStore
  /** Lets others be answered in the middle of a long transaction: whoever only reads. Who writes waits until its end. */
  breathe(): Promise<void>
}

/** A page of a list: rows after this id (or before it, in lists that show the newest first), at most `limit`. */
export interface Page {
  after?: string | undefined
  limit: number
}

export interface Clients {
  add(client: Client, credentials: ClientCredentials): Promise<void>
  find(id: string): Promise<Client | null>
  /** By SHA-256 (base64url) of an API key. Revoked and expired ones are found too: the caller decides. */
  findByApiKeyHash(hash: string): Promise<Client | null>
  /** The hash to compare a presented secret with. */
  secretHash(id: string): Promise<string | null>
  /** Ends every access token of the client, too. @returns the revision it reached, for the trail; null when it was revoked or is not there */
  replaceCredentials(id: string, credentials: ClientCredentials): Promise<number | null>
  /** As {@link replaceCredentials}. */
  revoke(id: string, at: Instant): Promise<number | null>
  list(organization: string): Promise<Client[]>
  /** Remembers the OAuth `jti` or token; false when it was there already. */
  addAccessToken(token: { hash: string; client: string; scopes: string[]; expiresAt: Instant }): Promise<void>
  findAccessToken(hash: string, now: Instant): Promise<{ client: string; scopes: string[] } | null>
}

/** SHA-256 (base64url) of high-entropy secrets; the secrets themselves are shown once and not kept. */
export interface ClientCredentials {
  apiKeyHash: string
  secretHash: string
}

export interface StaffMembers {
  add(member: StaffMember): Promise<void>
  find(id: string): Promise<StaffMember | null>
  /** Every member of any organization with this address (normalized). */
  findByAddress(address: string): Promise<StaffMember[]>
  /** All of them, or those of one role. */
  list(organization: string, role?: Role): Promise<StaffMember[]>
  disable(id: string, at: Instant): Promise<boolean>
}

export interface Recipients {
  /** @returns the recipient as they are now, with what holds for somebody who has chosen nothing */
  add(recipient: NewRecipient): Promise<Recipient>
  find(id: string): Promise<Recipient | null>
  /** Several at once, in no order; unknown ids are left out. */
  findMany(ids: readonly string[]): Promise<Recipient[]>
  /** By normalized address within one organization. */
  findInOrganization(organization: string, address: string): Promise<Recipient | null>
  /** Every recipient of any organization with this address (normalized), newest first. */
  findByAddress(address: string): Promise<Recipient[]>
  /** Says that this person answered a sender's activation code or identity check correctly. */
  confirm(id: string, at: Instant): Promise<boolean>
  /** Changes what is named of what they may set for themselves, and leaves the rest. False when there is no such person. */
  prefer(id: string, changes: Partial<Preferences>): Promise<boolean>
}

export interface Deposits {
  /** @throws PortalError `conflict` when the client used this idempotency key before. */
  add(deposit: Deposit): Promise<void>
  find(id: string): Promise<Deposit | null>
  findByIdempotencyKey(client: string, keyHash: string): Promise<Deposit | null>
  /** Newest first. `reference` is compared through the blind index. */
  listForSender(sender: SenderRef, page: Page, reference?: string): Promise<Deposit[]>
  /** Everything the organization deposited, newest first (staff see their own through listForSender). */
  listForOrganization(organization: string, page: Page): Promise<Deposit[]>
}

export interface Messages {
  /** Seals and keeps the content; the message starts at revision 1. @throws PortalError `conflict` when this recipient's form was kept before */
  add(message: NewMessage, content: Content): Promise<void>
  /** @throws PortalError `tampered` when the row, or its revision in the trail, is not what was written. */
  find(id: string): Promise<Message | null>
  findByLocator(locator: string): Promise<Message | null>
  /** What this recipient sent with a form, by the hash of its key; `bodyHash` is null when it was disposed of. */
  findByForm(recipient: string, keyHash: string): Promise<{ id: string; bodyHash: string | null } | null>
  /** The opaque word of a message's notice (kept sealed), so that another notice leads to the same place; null when it has none. */
  locator(message: Message): Promise<string | null>
  /** Several at once, in no order; unknown ids are left out. */
  findMany(ids: readonly string[]): Promise<Message[]>
  /** What these deposits made, and replies to it, oldest first. */
  ofDeposits(deposits: readonly string[]): Promise<Message[]>
  ofThread(thread: string): Promise<Message[]>
  /** The others of a message's thread: most messages are alone in theirs. */
  othersOfThread(message: Pick<Message, 'id' | 'thread'>): Promise<Message[]>
  /** What lies in one recipient's mailbox, and what they answered, newest first; `page.after` is the id of the last row seen. */
  listForRecipient(recipient: string, page: Page): Promise<Message[]>
  /** What was sent to one recipient and is `waiting` or `expired`, newest first; what they hid, too. */
  unopenedOf(recipient: string): Promise<Message[]>
  /** Replies to a sender's deposits, newest first (`oldest` first for the API's cursor). */
  listReplies(to: SenderRef, page: Page, order: 'newest' | 'oldest'): Promise<Message[]>
  /** The whole content. @throws PortalError `gone` after disposal, `tampered` when it does not verify. */
  content(message: Message): Promise<Content>
  /** The text alone of many messages, by id; those that were disposed of are left out. @throws PortalError `tampered` */
  texts(messages: Message[]): Promise<Map<string, string>>
  /** Subject and sender's name alone: what lists show. */
  headings(messages: Message[]): Promise<Map<string, Pick<Content, 'subject' | 'from'>>>
  /**
   * Moves a message from one of `from` to `to`, if it still is in one of them; the one statement that settles every race.
   * Raises the revision by one; the caller records the new revision in the trail in the same transaction.
   * @returns the message as it is now, or null when it was not (any more) in one of `from`.
   */
  transition(id: string, from: readonly MessageState[], to: MessageState, change: MessageChange): Promise<Message | null>
  /** Moves many at once, as {@link transition} does. @returns those that were moved, as they are now, in no order */
  end(ids: readonly string[], from: readonly MessageState[], to: 'expired' | 'disposed'): Promise<Message[]>
  /** Changes the expiry of a message in one of these states and raises the revision; null when it was in none of them. */
  extend(id: string, from: readonly MessageState[], to: MessageState, expiresAt: Instant): Promise<Message | null>
  /** Ids of messages that are `waiting` or `opened` and whose expiry has come, oldest first. */
  dueToExpire(now: Instant, limit: number): Promise<string[]>
  /** What was sent to recipients and is `waiting`, kept after this mark and no later than `until`; the oldest first. */
  waitingSince(after: Mark, until: Instant, limit: number): Promise<Mark[]>
  /** What is `waiting` or `opened` and expires after this mark and no later than `until`; the first to expire first. */
  expiringSince(after: Mark, until: Instant, limit: number): Promise<Mark[]>
  /** Whether this person's answer is the activation code or birth date the sender gave with the message (compared in constant time). */
  activationMatches(message: string, answer: string): Promise<boolean>
  /** Hides it from the recipient's list ("this is not for me"); raises the revision. */
  hide(id: string, at: Instant): Promise<Message | null>
}

/** What a transition writes beside the state. */
export interface MessageChange {
  at: Instant
  retractionReason?: string
  /** The sender's own words to the reason; sealed at rest, shown nowhere but to who retracted. */
  retractionNote?: string
  tellRecipient?: boolean
}

export interface Attachments {
  add(attachment: Attachment, content: Uint8Array): Promise<void>
  find(id: string): Promise<Attachment | null>
  ofMessage(message: string): Promise<Attachment[]>
  ofMessages(messages: string[]): Promise<Attachment[]>
  /** As {@link add}, of a staged file: its content stays where it is, and this attachment can open it. @throws PortalError `conflict` when it is not there any more */
  addStaged(attachment: Attachment, staged: string): Promise<void>
}

export interface Receipts {
  add(receipt: Receipt): Promise<void>
  /** Adds it unless the message already has one of this stage (and attachment); says whether it was added. */
  addOnce(receipt: Receipt): Promise<boolean>
  /** As {@link addOnce}, of many without an attachment. @returns ids of those that were added */
  addEachOnce(receipts: readonly Receipt[]): Promise<Set<string>>
  ofMessages(messages: string[]): Promise<Receipt[]>
  has(message: string, stage: ReceiptStage): Promise<boolean>
}

export interface Outbox {
  add(letter: NewLetter): Promise<void>
  /**
   * Takes up to `limit` letters that are due, so that nobody else takes them until `leaseUntil`. Letters whose lease has run out
   * are due again. One whose content does not verify comes with an empty one, so that it holds up no other.
   */
  claim(now: Instant, leaseUntil: Instant, limit: number): Promise<Letter[]>
  /** Settles claimed letters. @returns ids of those whose claim was not lost meanwhile (`claimedUntil` is the lease that is held) */
  settle(claimedUntil: Instant, letters: readonly SettledLetter[]): Promise<Set<string>>
  /** Gives a claimed letter back untried, to be due at `until`: the claim does not count as a try. False when it was lost meanwhile. */
  putBack(id: string, claimedUntil: Instant, until: Instant): Promise<boolean>
  find(id: string): Promise<Letter | null>
  /** The letters about these messages, oldest first, without what they say. */
  ofMessages(messages: readonly string[]): Promise<Letter[]>
  /** Cancels what is not sent yet about these messages, but for letters of these kinds; says how many that was, for each message that had some. */
  cancelForMessages(messages: string[], at: Instant, but: readonly LetterKind[]): Promise<Map<string, number>>
  /** When the oldest due letter was due; null when nothing waits. */
  oldestDue(now: Instant): Promise<Instant | null>
  /** When a letter of this kind to this recipient was last asked for and not cancelled since; null: never. */
  lastNudge(recipient: string, kind: Nudge): Promise<Instant | null>
  /** When mail servers took notices to these recipients (letters of kind `notice`, state `sent`) since then: each moment once, newest first. */
  noticeTimes(recipients: readonly string[], since: Instant): Promise<Map<string, Instant[]>>
}
