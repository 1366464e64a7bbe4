import { newSecret } from '../../../server/ids.ts'
import {
  administrators,
  anybody,
  enrolling,
  half,
  notBegun,
  officers,
  own,
  type PageRow,
  patients,
  providers,
  readers,
  senders,
  signedIn,
  visitors,
} from './doors.ts'

const get = (file: string, answers: PageRow['answers'], more: Partial<PageRow> = {}): PageRow => ({
  file,
  method: 'GET',
  answers,
  ...more,
})
const post = (file: string, answers: PageRow['answers'], more: Partial<PageRow> = {}): PageRow => ({
  file,
  method: 'POST',
  answers,
  ...more,
})
/** An address that only acts: by GET it leads to the page the act belongs to, and does nothing. */
const actsOnly = (file: string, page: string, more: Partial<PageRow> = {}): PageRow => get(file, anybody(page), more)

const answer = { text: 'Thank you' }

const EVERYBODYS: PageRow[] = [
  get('$', anybody('missing')),
  post('$', anybody('missing')),
  // Shown in place of what another site asked for.
  get('refused', anybody('forbidden')),
  get('_index', {
    ...anybody('shows'),
    ...half('enrol'),
    ...patients('/messages'),
    ...providers('/sent'),
    ...administrators('/account'),
    compliance: '/trail',
  }),
  get('help', anybody('shows')),
  get('language', anybody('shows')),
  post('language', anybody('/language?done=saved'), { fields: { language: 'en' } }),
  get('display', anybody('shows')),
  post('display', anybody('/display?done=saved'), { fields: { textSize: 'large' } }),
  get('m.$locator', anybody('shows')),
  post('m.$locator', anybody('/sign-in/ways'), { fields: { intent: 'continue' } }),
  get('invitation.$token._index', anybody('shows')),
  post('invitation.$token._index', { ...anybody('again'), anonymous: '/invitation/:id/cookies' }),
  get('invitation.$token.cookies', { ...anybody('/invitation/:id'), anonymous: 'shows' }),
  get('recovery.$token', anybody('shows')),
  post('recovery.$token', anybody('missing')),
  actsOnly('sign-out', '/'),
  post('sign-out', visitors('/sign-in?why=signed-out')),
  actsOnly('still-here', '/'),
  post('still-here', visitors('shows')),
]

const SIGNING_IN: PageRow[] = [
  get('sign-in._index', anybody('shows')),
  post('sign-in._index', anybody('/sign-in/ways'), { fields: { address: 'ada@example.com' } }),
  get('sign-in.help', anybody('shows')),
  get('sign-in.lost', anybody('shows')),
  // Getting back in: the mailbox comes first. Staff have no such way; whoever has signed in needs none.
  get('sign-in.recovery', visitors('shows')),
  post(
    'sign-in.recovery',
    { ...signedIn('forbidden'), ...patients('409'), ...half('again'), anonymous: '/sign-in/cookies?try=yes' },
    { fields: { step: 'start', code: 'AAAA-AAAA-AAAA' } },
  ),
  get('sign-in.cookies', anybody('shows')),
  get('sign-in.ways', notBegun),
  get('sign-in.code', notBegun),
  post('sign-in.code', notBegun, { fields: { code: '123456' } }),
  get('sign-in.which', notBegun),
  post('sign-in.which', notBegun, { fields: { account: 'rcp_0123456789' } }),
  get('sign-in.passphrase', notBegun),
  post('sign-in.passphrase', notBegun, { fields: { passphrase: newSecret() } }),
  get('sign-in.app-code', notBegun),
  post('sign-in.app-code', notBegun, { fields: { code: '123456' } }),
  get('sign-in.printed-code', notBegun),
  post('sign-in.printed-code', notBegun, { fields: { code: 'AAAA-AAAA-AAAA' } }),
  get('sign-in.passkey._index', anybody('shows')),
  post('sign-in.passkey._index', notBegun, { fields: { response: '{}' } }),
  actsOnly('sign-in.passkey.options', 'sign-in'),
  post('sign-in.passkey.options', anybody('shows')),
]

const ENROLLING: PageRow[] = [
  get('enrol._index', visitors('shows')),
  get('enrol.confirm', visitors('shows')),
  post('enrol.confirm', { ...signedIn('/'), ...half('enrol') }, { fields: { asks: 'code', answer: 'x' } }),
  get('enrol.passkey._index', visitors('shows')),
  post('enrol.passkey._index', enrolling('again'), { fields: { response: '{}' } }),
  actsOnly('enrol.passkey.options', '/enrol/passkey'),
  post('enrol.passkey.options', enrolling('shows')),
  get('enrol.second', signedIn('shows')),
  get('enrol.app', enrolling('shows')),
  post('enrol.app', enrolling('again'), { fields: { code: '000000' } }),
  get('enrol.passphrase', visitors('shows')),
  post('enrol.passphrase', enrolling('/enrol/app'), { fields: { passphrase: 'seven grey pigeons on a roof' } }),
  get('enrol.printed-codes', visitors('shows')),
  post('enrol.printed-codes', { ...enrolling('forbidden'), ...patients('shows'), newcomer: 'again' }),
  // Nobody has codes here that they have not said to have; to say it again does nothing.
  post('enrol.printed-codes', signedIn('/messages'), { fields: { step: 'kept' } }),
]

const ACCOUNT: PageRow[] = [
  get('account.preferences', readers('shows')),
  get('account.time-zone', readers('shows')),
  post('account.time-zone', readers('/account/preferences?done=timeZone'), { fields: { timeZone: 'America/Denver' } }),
  post('account.time-zone', readers('again'), { fields: { timeZone: 'other', city: '' } }),
  get('account.reminders', readers('shows')),
  post('account.reminders', readers('/account/preferences?done=reminders'), { fields: { reminders: 'no' } }),
  get('account._index', signedIn('shows')),
  actsOnly('account.factors.$factorId.remove', '/account', { about: 'factor' }),
  post('account.factors.$factorId.remove', signedIn(own('/account?done=removed', '/account')), { about: 'factor' }),
  actsOnly('account.sessions.$handle.end', '/account', { about: 'session' }),
  // Nothing happens to a session that is not theirs: access-matrix.test.ts.
  post('account.sessions.$handle.end', signedIn('/account?done=ended'), { about: 'session' }),
  // Nobody is getting back in: there is nothing to be told first.
  get('account.recovery._index', signedIn('/')),
  get('account.not-me', signedIn('shows')),
  actsOnly('account.recovery.cancel', '/account'),
  post('account.recovery.cancel', signedIn('/account?done=stopped')),
  actsOnly('account.sign-out-everywhere', '/account'),
  post('account.sign-out-everywhere', signedIn('/sign-in?why=signed-out')),
]

const READING: PageRow[] = [
  get('messages._index', readers('shows')),
  get('messages.search', readers('shows')),
  post('messages.search', readers('/messages/search?found=yes'), { fields: { words: 'walk' } }),
  get('messages.$messageId._index', readers(own('shows')), { about: 'waiting' }),
  get('messages.$messageId._index', readers(own('shows')), { about: 'opened', recordsLooks: true }),
  get('messages.$messageId._index', readers(own('shows')), { about: 'expired' }),
  actsOnly('messages.$messageId.open', '/messages/:id', { about: 'waiting' }),
  post('messages.$messageId.open', readers('/messages/:id'), { about: 'waiting' }),
  actsOnly('messages.$messageId.more-time', '/messages/:id', { about: 'expired' }),
  post('messages.$messageId.more-time', readers('/messages/:id'), { about: 'expired' }),
  actsOnly('messages.$messageId.attachments.$attachmentId', '/messages/:id', { about: 'opened' }),
  post('messages.$messageId.attachments.$attachmentId', readers(own('shows', '/messages/:id')), { about: 'opened' }),
  get('messages.$messageId.history', readers(own('shows')), { about: 'waiting', recordsLooks: true }),
  get('who-opened', readers('shows'), { recordsLooks: true }),
  // These questions are the same for every message, and for none.
  get('messages.$messageId.copy._index', readers('shows'), { about: 'opened' }),
  actsOnly('messages.$messageId.copy.save', '/messages/:id', { about: 'opened' }),
  post('messages.$messageId.copy.save', readers(own('shows', '/messages/:id')), { about: 'opened', fields: { format: 'eml' } }),
  get('messages.$messageId.not-for-me', readers('shows'), { about: 'waiting' }),
  post('messages.$messageId.not-for-me', readers(own('/messages?done=hidden')), {
    about: 'waiting',
    fields: { knowsThem: 'no', mayContact: 'no' },
  }),
  get('messages.$messageId.reply._index', readers(own('shows')), { about: 'opened' }),
  post('messages.$messageId.reply._index', readers(own('/messages/:id/reply?done=saved')), { about: 'opened', fields: answer }),
  post('messages.$messageId.reply._index', readers(own('/messages/:id/reply/check')), {
    about: 'opened',
    fields: { ...answer, step: 'check' },
  }),
  actsOnly('messages.$messageId.reply.draft', '/messages/:id/reply', { about: 'opened' }),
  post('messages.$messageId.reply.draft', readers(own('shows', '/messages/:id/reply')), { about: 'opened', fields: answer }),
  actsOnly('messages.$messageId.reply.files', '/messages/:id/reply?done=files', { about: 'opened' }),
  post('messages.$messageId.reply.files', readers(own('shows', '/messages/:id/reply')), { about: 'opened' }),
  // What is not there to be sent leads to where it is written, which says the rest.
  get('messages.$messageId.reply.check', readers(own('shows', '/messages/:id/reply')), { about: 'begun' }),
  get('messages.$messageId.reply.check', readers('/messages/:id/reply'), { about: 'opened' }),
  post('messages.$messageId.reply.check', readers(own('/messages/:id/reply/sent', '/messages/:id/reply')), {
    about: 'begun',
    fields: async (_people, { draft }) => ({ version: draft ?? '' }),
  }),
  get('messages.$messageId.reply.sent', readers(own('/messages/:id/reply')), { about: 'opened' }),
  get('messages.$messageId.reply.delete', readers(own('shows')), { about: 'begun' }),
  // Nothing happens to what is not theirs: test/server/reading/drafting.test.ts.
  post('messages.$messageId.reply.delete', readers('/messages?done=deleted'), { about: 'begun' }),
]

const SENDING: PageRow[] = [
  get('compose', senders('shows')),
  post('compose', senders('again')),
  get('sent._index', senders('shows')),
  get('sent.$depositId._index', senders(own('shows')), { about: 'deposit', recordsLooks: true }),
  post('sent.$depositId._index', senders(own('/sent/:id?done=extended')), { about: 'deposit', fields: { until: '2026-01-20' } }),
  actsOnly('sent.$depositId.resend', '/sent/:id', { about: 'deposit' }),
  post('sent.$depositId.resend', senders(own('/sent/:id?done=resent', '/sent/:id'), '/sent/:id'), { about: 'deposit' }),
  get('sent.$depositId.withdraw', senders(own('shows')), { about: 'deposit', recordsLooks: true }),
  post('sent.$depositId.withdraw', senders(own('/sent/:id?done=withdrawn')), {
    about: 'deposit',
    async fields({ world }, { id }) {
      const [message] = await world.parts.store.read(tx => tx.messages.ofDeposits([id]))
      return { messages: message?.id ?? 'msg_none', reason: 'duplicate', tell: 'yes' }
    },
  }),
  get('replies._index', senders('shows')),
  get('replies.$replyId._index', senders(own('shows')), { about: 'reply' }),
  get('replies.$replyId._index', senders(own('shows')), { about: 'openedReply', recordsLooks: true }),
  actsOnly('replies.$replyId.open', '/replies/:id', { about: 'reply' }),
  post('replies.$replyId.open', senders('/replies/:id', '/replies/:id'), { about: 'reply' }),
  post('replies.$replyId._index', senders(own('/replies/:id?done=answered')), { about: 'openedReply', fields: answer }),
  actsOnly('replies.$replyId.attachments.$attachmentId', '/replies/:id', { about: 'openedReply' }),
  post('replies.$replyId.attachments.$attachmentId', senders(own('shows', '/replies/:id'), '/replies/:id'), {
    about: 'openedReply',
  }),
]

const COMPLIANCE: PageRow[] = [get('trail', officers('shows'), { recordsLooks: true })]

/** Every page and every act, asked by everybody with a browser. */
export const PAGES: PageRow[] = [...EVERYBODYS, ...SIGNING_IN, ...ENROLLING, ...ACCOUNT, ...READING, ...SENDING, ...COMPLIANCE]
