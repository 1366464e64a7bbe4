import type { Answer } from './answer.ts'
import type { Asking, AuthenticatedClient } from './asking.ts'
import { type Download, fetchAttachment } from './attachment.ts'
import { trail } from './audit-trail.ts'
import type { RangeAsked } from './byte-range.ts'
import { authenticateClient, issueAccessToken } from './client-authentication.ts'
import { type SavedCopy, saveCopy } from './copy.ts'
import { depositKeys } from './deposit-keys.ts'
import type { DepositRequest } from './deposit-request.ts'
import { depositState, listDeposits } from './deposit-state.ts'
import { composeDeposit, deposit } from './depositing.ts'
import * as drafting from './drafting.ts'
import { extendDeposit } from './expiry.ts'
import { type Health, health } from './health.ts'
import { type HistoryWish, viewHistory } from './history.ts'
import { dropFiles, receiveFile } from './incoming-file.ts'
import { keepWords } from './kept-words.ts'
import { listMessages, listSenders, type MailboxWish } from './mailbox.ts'
import { askForMoreTime } from './more-time.ts'
import { notForMe, notForMeByLocator } from './not-for-me.ts'
import { resendNotices } from './notice-again.ts'
import type { SentForm } from './once.ts'
import { type OwnWork, ownWork } from './own-work.ts'
import type { Parts } from './parts.ts'
import { type PreferenceChanges, prefer, viewPreferences } from './preferring.ts'
import { openMessage, viewMessage } from './reading.ts'
import { answerReply, fetchReplyAttachment, listReplies, openReply, readReply, viewReply } from './replies.ts'
import { reply, sendDraft } from './reply.ts'
import { retract, retractionEvidence } from './retraction.ts'
import type { RetractionOrder } from './retraction-order.ts'
import { keepSearch, keptSearch } from './search.ts'
import type { Scope } from './sender.ts'
import { signIn } from './sign-in/sign-in.ts'
import type { SigningIn } from './sign-in/use-cases.ts'
import type { Reader, Staff, Visitor } from './sign-in/visitor.ts'
import type { Instant } from './time.ts'
import { trailKeeper } from './trail/signing.ts'
import type * as View from './views.ts'

export type { RetractionOrder } from './retraction-order.ts'
export type { AccountLine, Enrolment, FactorLine, RecoveryLine, SessionLine, Started, Undecided } from './sign-in/views.ts'

/**
 * Everything the portal does, in one list. Arguments and answers are plain data that could cross to another thread; every refusal
 * is a PortalError. A visitor is who the session says; what they may do is decided here, in the use case, never in a page.
 */
export interface Portal extends SigningIn, OwnWork {
  // --- Senders: systems --------------------------------------------------------------------------------------------
  /** The client behind an Authorization header (bearer API key or access token, basic). @throws unauthorized */
  authenticateClient(authorization: string | null): Promise<AuthenticatedClient>
  /** OAuth 2.0 client credentials: a bearer token for an hour. @throws unauthorized */
  issueAccessToken(
    client: AuthenticatedClient,
    scopes: Scope[],
  ): Promise<{ token: string; expiresInSeconds: number; scopes: Scope[] }>
  /** Keys for sealing deposits (JWKS `keys`, public halves only). */
  depositKeys(): Promise<Record<string, unknown>[]>
  /** Keeps a deposit. Resolves when it is durable. The answer is the API's JSON text, the same for a repeated request. */
  deposit(
    client: AuthenticatedClient,
    request: DepositRequest,
    idempotency: { key: string | null; bodyHash: string },
  ): Promise<{ id: string; answer: string; replayed: boolean }>
  /**
   * Takes in one file of a deposit while it comes, before the deposit that names it; small ones are handed back as they are. @throws
   * too_large as soon as it is, no_space, unavailable
   */
  receiveFile(sender: Asking, file: { name: string }, content: AsyncIterable<Uint8Array>): Promise<View.ReceivedFile>
  /** Lets go of received files (`staged`) whose deposit was not made. */
  dropFiles(sender: Asking, staged: string[]): Promise<void>
  /** One deposit of this sender, its state and receipts for each recipient. Foreign equals missing. @throws not_found */
  depositState(sender: Asking, deposit: string): Promise<View.DepositLine>
  listDeposits(
    sender: Asking,
    filter: { reference?: string | undefined; after?: string | undefined; limit: number },
  ): Promise<View.DepositLine[]>
  /** Sets a new expiry for every message that is not taken back; brings expired ones back. @throws invalid, not_found */
  extendDeposit(sender: Asking, deposit: string, expiresAt: Instant): Promise<View.DepositLine>
  /** What is known about each message before it is taken back. */
  retractionEvidence(sender: Asking, deposit: string): Promise<View.RetractionEvidence[]>
  retract(sender: Asking, deposit: string, order: RetractionOrder): Promise<View.RetractionResult[]>
  /** Sends the notice of every waiting message again; says how many. */
  resendNotices(sender: Asking, deposit: string): Promise<number>
  listReplies(
    sender: Asking,
    page: { after?: string | undefined; limit: number },
    order: 'newest' | 'oldest',
  ): Promise<View.ReplyLine[]>
  /** For systems: opens a reply and hands it out in one go; opening or look is recorded before anything is shown. @throws not_found */
  readReply(client: AuthenticatedClient, reply: string): Promise<View.ReplyView>
  /** All of a file, or the one part of it that is asked for. */
  fetchReplyAttachment(sender: Asking, reply: string, attachment: string, asked?: RangeAsked | null): Promise<FetchedAttachment>

  // --- Senders: staff, by hand -------------------------------------------------------------------------------------
  /** The same form again is answered with the id of the first deposit, and nothing is made; so with the two answers below. */
  composeDeposit(staff: Staff, request: DepositRequest, form?: SentForm): Promise<{ id: string }>
  /**
   * One reply as its provider may see it now. Looking at an unopened one shows its envelope and changes nothing; looking at an opened
   * one writes a trail entry before any content is handed out. @throws not_found
   */
  viewReply(staff: Staff, reply: string): Promise<View.ReplyLook>
  /** The one act that opens a reply: state, receipt and trail entry are durable when it resolves. @throws not_found */
  openReply(staff: Staff, reply: string): Promise<void>
  /** Answers a patient's reply: a new deposit in the same thread. */
  answerReply(staff: Staff, reply: string, answer: Answer, form?: SentForm): Promise<{ id: string }>

  // --- Reading -----------------------------------------------------------------------------------------------------
  listMessages(reader: Reader, wish: MailboxWish): Promise<View.MailboxPage>
  /** Who has written to them lately. */
  listSenders(reader: Reader): Promise<View.SenderLine[]>
  /** Keeps what is looked for, sealed, with this session alone, so that it stands in no address. @throws invalid */
  keepSearch(reader: Reader, words: string): Promise<void>
  /** Looks for that in subjects, senders, and what was opened; recorded, but for the words. Null when nothing was kept. */
  keptSearch(reader: Reader): Promise<View.KeptSearch | null>
  /**
   * One message as this reader may see it now. Looking at an unopened one shows its envelope and changes nothing; looking at an opened
   * one writes a trail entry before any content is handed out. @throws not_found
   */
  viewMessage(reader: Reader, message: string): Promise<View.MessageView>
  /** The one act that opens: state, receipt and trail entry are durable when it resolves. @throws expired, retracted, confirmation_required */
  openMessage(reader: Reader, message: string): Promise<void>
  /** A message as a file (`eml` with its files, or `html`), recorded before its first byte leaves. @throws as fetchAttachment; invalid */
  saveCopy(reader: Reader, message: string, wish: { format: string; language: string }): Promise<SavedCopy>
  /** What happened with their messages, or with one of them, newest first; looking is itself recorded. @throws not_found */
  viewHistory(reader: Reader, wish: HistoryWish): Promise<View.HistoryView>
  /** Recorded as receipt and trail entry before the first byte leaves. */
  fetchAttachment(reader: Reader, message: string, attachment: string): Promise<FetchedAttachment>
  reply(reader: Reader, message: string, answer: Answer, form?: SentForm): Promise<{ id: string }>
  /** What is told to whoever writes back, and what they have begun; of the message no content. @throws not_found */
  viewAnswer(reader: Reader, message: string): Promise<View.AnswerView>
  /** What this reader has begun to write back and not sent. */
  listDrafts(reader: Reader): Promise<View.DraftLine[]>
  /** Keeps what is written so far, sealed, and files: they come once. @throws not_found, invalid, too_large, conflict (changed elsewhere since) */
  saveDraft(reader: Reader, message: string, change: drafting.DraftChange): Promise<View.DraftView>
  /** Whether it could be sent as it is. @throws invalid, expired, retracted, gone, forbidden, not_found */
  checkDraft(reader: Reader, message: string): Promise<void>
  /** Sends what was begun exactly as it was shown, and forgets the draft. @throws conflict (it is another by now), and as checkDraft */
  sendDraft(
    reader: Reader,
    message: string,
    shown: { version: string; files: string[] },
    form?: SentForm,
  ): Promise<{ id: string }>
  forgetDraft(reader: Reader, message: string): Promise<void>
  /** Keeps what was typed on a page whose session has ended, beside the draft, for its recipient to find; says whether it did. */
  keepWords(message: string, ticket: string, text: string): Promise<boolean>
  /** Hides it at once and tells the sender. */
  notForMe(reader: Reader, message: string, answers: { knowsThem: boolean; mayContact: boolean }): Promise<void>
  /** The same from the landing page, before signing in; the same answer whether the locator is known or not. */
  notForMeByLocator(locator: string): Promise<void>
  askForMoreTime(reader: Reader, message: string): Promise<void>
  /** What a reader may set for themselves, as it is now. */
  preferences(reader: Visitor): Promise<View.PreferencesView>
  /** Sets what is named; the rest stays. Half signed in, language and display alone; of staff nothing is kept. @throws invalid */
  prefer(visitor: Visitor, changes: PreferenceChanges): Promise<void>

  // --- Compliance --------------------------------------------------------------------------------------------------
  /** The organization's trail, newest first; looking is itself recorded. Compliance officers only. @throws forbidden */
  trail(
    staff: Staff,
    filter: { object?: string | undefined; actor?: string | undefined; action?: string | undefined; before?: number | undefined },
  ): Promise<TrailView>

  /** Whether the portal can do its work now: database, migrations, age of the queue, mail. */
  health(): Promise<Health>
}

/** Puts the use cases over their parts. */
export function createPortal(parts: Parts): Portal {
  const keeper = trailKeeper(parts)
  return {
    authenticateClient: authorization => authenticateClient(parts, authorization),
    issueAccessToken: (client, scopes) => issueAccessToken(parts, client, scopes),
    depositKeys: () => depositKeys(parts),
    deposit: (client, request, idempotency) => deposit(parts, client, request, idempotency),
    receiveFile: (asking, file, content) => receiveFile(parts, asking, file, content),
    dropFiles: (asking, staged) => dropFiles(parts, asking, staged),
    depositState: (asking, id) => depositState(parts, asking, id),
    listDeposits: (asking, filter) => listDeposits(parts, asking, filter),
    extendDeposit: (asking, id, expiresAt) => extendDeposit(parts, asking, id, expiresAt),
    retractionEvidence: (asking, id) => retractionEvidence(parts, asking, id),
    retract: (asking, id, order) => retract(parts, asking, id, order),
    resendNotices: (asking, id) => resendNotices(parts, asking, id),
    listReplies: (asking, page, order) => listReplies(parts, asking, page, order),
    readReply: (client, id) => readReply(parts, client, id),
    fetchReplyAttachment: (asking, id, attachment, asked) => fetchReplyAttachment(parts, asking, id, attachment, asked),
    composeDeposit: (staff, request, form) => composeDeposit(parts, staff, request, form),
    viewReply: (staff, id) => viewReply(parts, staff, id),
    openReply: (staff, id) => openReply(parts, staff, id),
    answerReply: (staff, id, answer, form) => answerReply(parts, staff, id, answer, form),
    listMessages: (reader, wish) => listMessages(parts, reader, wish),
    listSenders: reader => listSenders(parts, reader),
    keepSearch: (reader, words) => keepSearch(parts, reader, words),
    keptSearch: reader => keptSearch(parts, reader),
    viewMessage: (reader, id) => viewMessage(parts, reader, id),
    openMessage: (reader, id) => openMessage(parts, reader, id),
    saveCopy: (reader, id, wish) => saveCopy(parts, reader, id, wish),
    viewHistory: (reader, wish) => viewHistory(parts, reader, wish),
    fetchAttachment: (reader, id, attachment) => fetchAttachment(parts, reader, id, attachment),
    reply: (reader, id, answer, form) => reply(parts, reader, id, answer, form),
    viewAnswer: (reader, id) => drafting.viewAnswer(parts, reader, id),
    listDrafts: reader => drafting.listDrafts(parts, reader),
    saveDraft: (reader, id, change) => drafting.saveDraft(parts, reader, id, change),
    checkDraft: (reader, id) => drafting.checkDraft(parts, reader, id),
    sendDraft: (reader, id, shown, form) => sendDraft(parts, reader, id, shown, form),
    forgetDraft: (reader, id) => drafting.forgetDraft(parts, reader, id),
    keepWords: (id, ticket, text) => keepWords(parts, id, ticket, text),
    notForMe: (reader, id, answers) => notForMe(parts, reader, id, answers),
    notForMeByLocator: locator => notForMeByLocator(parts, locator),
    askForMoreTime: (reader, id) => askForMoreTime(parts, reader, id),
    preferences: reader => viewPreferences(parts, reader),
    prefer: (visitor, changes) => prefer(parts, visitor, changes),
    ...signIn(parts),
    trail: (staff, filter) => trail(parts, staff, filter),
    ...ownWork(parts, keeper),
    health: () => health(parts, keeper),
  }
}

/** An attachment, or a part of it. */
export type FetchedAttachment = Download

export interface TrailView {
  lines: View.TrailLine[]
  next: number | null
  checkpoint: { size: number; at: Instant } | null
}
