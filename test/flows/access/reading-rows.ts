import { newSecret } from '../../../server/ids.ts'
import { ANYBODY, halfSignedIn, OWN_ONLY, presents, READERS, type Row, reads, SIGNED_IN } from './answers.ts'

const page = { limit: 50 }
const answer = { text: 'Thank you', files: [] }

/** Use cases of readers and compliance officers, and the work of the portal itself. */
export const READING: Row[] = [
  // Reading
  { method: 'listMessages', ask: reads((portal, who) => portal.listMessages(who, page)), answers: READERS('yes') },
  { method: 'listSenders', ask: reads((portal, who) => portal.listSenders(who)), answers: READERS('yes') },
  { method: 'keepSearch', ask: reads((portal, who) => portal.keepSearch(who, 'walk')), answers: READERS('yes') },
  { method: 'keptSearch', ask: reads((portal, who) => portal.keptSearch(who)), answers: READERS('yes') },
  {
    method: 'viewMessage',
    about: 'waiting',
    ask: reads((portal, who, { id }) => portal.viewMessage(who, id)),
    answers: READERS(OWN_ONLY),
  },
  {
    method: 'viewMessage',
    about: 'opened',
    ask: reads((portal, who, { id }) => portal.viewMessage(who, id)),
    answers: READERS(OWN_ONLY),
  },
  {
    method: 'viewMessage',
    about: 'expired',
    ask: reads((portal, who, { id }) => portal.viewMessage(who, id)),
    answers: READERS(OWN_ONLY),
  },
  {
    method: 'saveCopy',
    about: 'opened',
    ask: reads((portal, who, { id }) => portal.saveCopy(who, id, { format: 'eml', language: 'en' })),
    answers: READERS(OWN_ONLY),
  },
  { method: 'viewHistory', ask: reads((portal, who) => portal.viewHistory(who, {})), answers: READERS('yes') },
  {
    method: 'viewHistory',
    about: 'waiting',
    ask: reads((portal, who, { id }) => portal.viewHistory(who, { message: id })),
    answers: READERS(OWN_ONLY),
  },
  {
    method: 'openMessage',
    about: 'waiting',
    ask: reads((portal, who, { id }) => portal.openMessage(who, id)),
    answers: READERS(OWN_ONLY),
  },
  {
    method: 'fetchAttachment',
    about: 'opened',
    ask: reads((portal, who, { id, attachment }) => portal.fetchAttachment(who, id, attachment)),
    answers: READERS(OWN_ONLY),
  },
  {
    method: 'reply',
    about: 'opened',
    ask: reads((portal, who, { id }) => portal.reply(who, id, answer)),
    answers: READERS(OWN_ONLY),
  },
  { method: 'listDrafts', ask: reads((portal, who) => portal.listDrafts(who)), answers: READERS('yes') },
  {
    method: 'viewAnswer',
    about: 'begun',
    ask: reads((portal, who, { id }) => portal.viewAnswer(who, id)),
    answers: READERS(OWN_ONLY),
  },
  // Nothing is begun before a message was opened.
  {
    method: 'viewAnswer',
    about: 'waiting',
    ask: reads((portal, who, { id }) => portal.viewAnswer(who, id)),
    answers: READERS('not_found'),
  },
  {
    method: 'saveDraft',
    about: 'begun',
    ask: reads((portal, who, { id, draft }) =>
      portal.saveDraft(who, id, { text: 'Mine now', version: draft!, files: [], removed: [] }),
    ),
    answers: READERS(OWN_ONLY),
  },
  {
    method: 'checkDraft',
    about: 'begun',
    ask: reads((portal, who, { id }) => portal.checkDraft(who, id)),
    answers: READERS(OWN_ONLY),
  },
  {
    method: 'sendDraft',
    about: 'begun',
    ask: reads((portal, who, { id, draft }) => portal.sendDraft(who, id, { version: draft!, files: [] })),
    // What one has not begun cannot be told from what has changed since.
    answers: READERS({ own: 'yes', other: 'conflict', otherOrganization: 'conflict', missing: 'conflict' }),
  },
  // Whoever has no draft there has nothing to lose: nothing happens (test/server/reading/drafting.test.ts).
  {
    method: 'forgetDraft',
    about: 'begun',
    ask: reads((portal, who, { id }) => portal.forgetDraft(who, id)),
    answers: READERS('yes'),
  },
  // What counts is what a page was given; without it nothing is kept.
  {
    method: 'keepWords',
    ask: presents(portal => portal.keepWords('msg_none', `1.${newSecret()}`, 'Hello')),
    answers: ANYBODY('yes'),
  },
  {
    method: 'notForMe',
    about: 'waiting',
    ask: reads((portal, who, { id }) => portal.notForMe(who, id, { knowsThem: false, mayContact: false })),
    answers: READERS(OWN_ONLY),
  },
  {
    method: 'askForMoreTime',
    about: 'expired',
    ask: reads((portal, who, { id }) => portal.askForMoreTime(who, id)),
    answers: READERS(OWN_ONLY),
  },
  { method: 'notForMeByLocator', ask: presents(portal => portal.notForMeByLocator(newSecret())), answers: ANYBODY('yes') },
  { method: 'preferences', ask: reads((portal, who) => portal.preferences(who)), answers: READERS('yes') },
  {
    method: 'prefer',
    ask: reads((portal, who) => portal.prefer(who, { language: 'es' })),
    answers: { ...SIGNED_IN('yes'), ...halfSignedIn('yes') },
  },
  {
    method: 'prefer',
    ask: reads((portal, who) => portal.prefer(who, { timeZone: 'America/Denver', wantsReminders: false })),
    answers: READERS('yes'),
  },
  // Compliance
  {
    method: 'trail',
    ask: reads((portal, who) => portal.trail(who, {})),
    answers: { ...SIGNED_IN('forbidden'), compliance: 'yes' },
  },
  // The portal's own work: no page and no API leads here
  { method: 'sendDueLetters', ask: presents(portal => portal.sendDueLetters()), answers: ANYBODY('yes') },
  { method: 'remindDue', ask: presents(portal => portal.remindDue()), answers: ANYBODY('yes') },
  { method: 'expireDue', ask: presents(portal => portal.expireDue()), answers: ANYBODY('yes') },
  { method: 'disposeDue', ask: presents(portal => portal.disposeDue()), answers: ANYBODY('yes') },
  { method: 'signCheckpoint', ask: presents(portal => portal.signCheckpoint()), answers: ANYBODY('yes') },
  { method: 'lookAtTrail', ask: presents(portal => portal.lookAtTrail()), answers: ANYBODY('yes') },
  { method: 'forgetStale', ask: presents(portal => portal.forgetStale()), answers: ANYBODY('yes') },
  { method: 'forgetDrafts', ask: presents(portal => portal.forgetDrafts()), answers: ANYBODY('yes') },
  { method: 'sweepFiles', ask: presents(portal => portal.sweepFiles()), answers: ANYBODY('yes') },
  { method: 'checkFiles', ask: presents(portal => portal.checkFiles()), answers: ANYBODY('yes') },
  { method: 'renewDepositKeys', ask: presents(portal => portal.renewDepositKeys()), answers: ANYBODY('yes') },
  { method: 'health', ask: presents(portal => portal.health()), answers: ANYBODY('yes') },
]
