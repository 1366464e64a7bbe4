/** Everything the trail tells of, by name: `noun.what happened`. Add to them; never rename one, for the trail keeps them for years. */
export const ACTIONS = [
  'message.deposited',
  'message.opened',
  'message.viewed',
  'message.replied',
  'message.retracted',
  'message.expired',
  'message.extended',
  'message.disposed',
  'message.hidden', // "this is not for me"
  'message.more_time_asked',
  'message.copied', // saved to a file by its reader
  'mailbox.searched', // by its owner; never the words
  'history.viewed', // what happened with one's own messages: of one, or of all
  'attachment.fetched',
  'deposit.viewed',
  'deposit.evidence_viewed', // what the sender saw before taking back
  'notice.queued',
  'notice.sent',
  'notice.deferred',
  'notice.bounced',
  'notice.failed',
  'notice.cancelled',
  'session.started',
  'session.raised', // to a higher level
  'session.ended',
  'session.new_device', // begun in a browser that this person had not signed in from
  'sign_in.failed',
  'recipient.added',
  'recipient.confirmed', // answered the sender's activation code or identity check
  'recipient.confirmation_failed',
  'factor.added',
  'factor.kept', // its owner said that they have it: a sheet of printed codes
  'factor.removed',
  'factor.disabled',
  'recovery.started',
  'recovery.cancelled',
  'recovery.completed',
  'sign_in.reopened', // after too many wrong tries, by somebody at the desk
  'organization.created',
  'organization.changed', // which of its settings, not what they were
  'client.created',
  'client.rotated',
  'client.revoked',
  'client.token_issued',
  'staff.invited',
  'staff.joined',
  'staff.disabled',
  'evidence.viewed',
  'trail.viewed',
  'trail.exported',
  'trail.restored', // from a backup: begins another part of the trail
  'backup.made',
  'row.lost', // what a backup held damaged, and was restored without
  'hold.placed',
  'hold.released',
  'key.created',
  'key.rotation_begun', // of an organization's wrapping key or of the root key; the object is the new key
  'key.retired', // nothing is under it any more, and it opens nothing
] as const

export type Action = (typeof ACTIONS)[number]
