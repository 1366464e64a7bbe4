import { expect, test } from 'vitest'
import { awaitsConfirmation, isReadable, type Message, mayOpen, standingFor } from '../../../server/message.ts'

const NOON = Date.UTC(2026, 0, 1, 12)
const ADA = { id: 'rcp_ada', confirmedAt: null }

function message(more: Partial<Message> = {}): Message {
  return {
    id: 'msg_one',
    organization: 'org_north',
    deposit: 'dep_one',
    thread: 'thr_one',
    direction: 'to_recipient',
    recipient: ADA.id,
    sender: { kind: 'staff', id: 'stf_cole', organization: 'org_north' },
    inReplyTo: null,
    state: 'waiting',
    createdAt: NOON - 1,
    expiresAt: NOON + 1,
    retainUntil: NOON + 2,
    openedAt: null,
    retractedAt: null,
    retractionReason: null,
    tellRecipient: true,
    hiddenAt: null,
    replyAllowed: true,
    confidential: false,
    needsConfirmation: null,
    attachmentCount: 0,
    revision: 1,
    ...more,
  }
}

test.each<[string, Partial<Message>, ReturnType<typeof mayOpen>]>([
  ['a waiting one', {}, 'may_open'],
  ['an opened one', { state: 'opened' }, 'already_open'],
  ['one until its last millisecond', { expiresAt: NOON + 1 }, 'may_open'],
  ['one whose moment has come, before any sweep', { expiresAt: NOON }, 'expired'],
  ['an opened one whose moment has come', { state: 'opened', expiresAt: NOON }, 'expired'],
  ['an expired one, though its date was moved by nobody', { state: 'expired' }, 'expired'],
  ['one that was taken back', { state: 'retracted' }, 'retracted'],
  ['one that was taken back without telling', { state: 'retracted', tellRecipient: false }, 'not_found'],
  ['a disposed one', { state: 'disposed' }, 'gone'],
  ['a hidden one', { hiddenAt: NOON - 1 }, 'not_found'],
  ['a hidden one that was taken back', { state: 'retracted', hiddenAt: NOON - 1 }, 'not_found'],
  ["somebody else's", { recipient: 'rcp_ben' }, 'not_found'],
  ["somebody else's expired one", { recipient: 'rcp_ben', expiresAt: NOON }, 'not_found'],
  ['their own answer', { direction: 'reply' }, 'not_found'],
  ['one with a check that is not answered', { needsConfirmation: 'code' }, 'confirmation_required'],
  ['an expired one with a check', { needsConfirmation: 'birth_date', expiresAt: NOON }, 'expired'],
])('opening %s', (_, more, answer) => {
  expect(mayOpen(message(more), ADA, NOON)).toBe(answer)
})

test('what is not there is answered like what is somebody else’s', () => {
  expect(mayOpen(null, ADA, NOON)).toBe(mayOpen(message({ recipient: 'rcp_ben' }), ADA, NOON))
})

test('one answered check is enough for every message that asks for one', () => {
  const confirmed = { id: ADA.id, confirmedAt: NOON - 5 }
  expect(mayOpen(message({ needsConfirmation: 'code' }), confirmed, NOON)).toBe('may_open')
  expect(awaitsConfirmation(message({ needsConfirmation: 'code' }), confirmed)).toBe(false)
})

test.each<[string, Partial<Message>, boolean]>([
  ['a waiting message', {}, false],
  ['an opened message', { state: 'opened' }, true],
  ['their own answer, whether the clinic has opened it or not', { direction: 'reply' }, true],
  ['their own answer after its time', { direction: 'reply', expiresAt: NOON }, false],
  ['an expired message', { state: 'opened', expiresAt: NOON }, false],
])('a reader may read %s: %s', (_, more, answer) => {
  const one = message(more)
  expect(isReadable(one, standingFor(ADA.id, one, NOON))).toBe(answer)
})
