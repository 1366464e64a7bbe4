import { newSecret } from '../../../server/ids.ts'
import { days } from '../../../server/time.ts'
import { depositRequest } from '../../support/clinic.ts'
import { ANYBODY, asks, OWN_ONLY, PROVIDERS, presents, type Row, reads, SENDERS, SYSTEMS } from './answers.ts'
import type { People, Role } from './people.ts'

const page = { limit: 50 }
const answer = { text: 'Thank you', files: [] }
const to = (people: People, role: Role) => ({
  name: 'Somebody',
  address: people.addresses[role.startsWith('foreign') ? 'foreignPatient' : 'patient'],
})

async function* someText() {
  yield Buffer.from('Take one in the morning.')
}

/** Use cases of systems and providers. */
export const SENDING: Row[] = [
  { method: 'authenticateClient', ask: (people, who) => people.client(who), answers: SYSTEMS('yes', 'yes') },
  {
    method: 'issueAccessToken',
    ask: async (people, who) => people.world.portal.issueAccessToken(await people.client(who), []),
    answers: SYSTEMS('yes', 'yes'),
  },
  { method: 'depositKeys', ask: presents(portal => portal.depositKeys()), answers: ANYBODY('yes') },
  {
    method: 'deposit',
    scope: 'deposit',
    ask: async (people, who, _, role) =>
      people.world.portal.deposit(await people.client(who), depositRequest('Result', [to(people, role)]), {
        key: newSecret(),
        bodyHash: 'a body',
      }),
    answers: SYSTEMS('yes', 'forbidden'),
  },
  {
    method: 'composeDeposit',
    ask: async (people, who, _, role) =>
      people.world.portal.composeDeposit((await people.visitor(who)) as never, depositRequest('Result', [to(people, role)])),
    answers: PROVIDERS('yes'),
  },
  {
    method: 'composeDeposit',
    about: 'thread',
    ask: async (people, who, { id }, role) =>
      people.world.portal.composeDeposit(
        (await people.visitor(who)) as never,
        depositRequest('Result', [to(people, role)], { thread: id }),
      ),
    // A thread belongs to the organization and its patient, whoever of the clinic writes.
    answers: PROVIDERS({ own: 'yes', other: 'yes', otherOrganization: 'invalid', missing: 'invalid' }),
  },
  {
    method: 'receiveFile',
    scope: 'deposit',
    ask: asks((portal, who) => portal.receiveFile(who, { name: 'plan.txt' }, someText())),
    answers: SENDERS('yes'),
  },
  { method: 'dropFiles', scope: 'deposit', ask: asks((portal, who) => portal.dropFiles(who, [])), answers: SENDERS('yes') },
  { method: 'listDeposits', scope: 'read', ask: asks((portal, who) => portal.listDeposits(who, page)), answers: SENDERS('yes') },
  {
    method: 'depositState',
    about: 'deposit',
    scope: 'read',
    ask: asks((portal, who, { id }) => portal.depositState(who, id)),
    answers: SENDERS(OWN_ONLY),
  },
  {
    method: 'extendDeposit',
    about: 'deposit',
    scope: 'deposit',
    ask: async (people, who, { id }) =>
      people.world.portal.extendDeposit(await people.asking(who), id, people.world.clock.read() + days(60)),
    answers: SENDERS(OWN_ONLY),
  },
  {
    method: 'retractionEvidence',
    about: 'deposit',
    scope: 'retract',
    ask: asks((portal, who, { id }) => portal.retractionEvidence(who, id)),
    answers: SENDERS(OWN_ONLY),
  },
  {
    method: 'retract',
    about: 'deposit',
    scope: 'retract',
    ask: asks((portal, who, { id }) => portal.retract(who, id, { reason: 'other' })),
    answers: SENDERS(OWN_ONLY),
  },
  {
    method: 'resendNotices',
    about: 'deposit',
    scope: 'deposit',
    ask: asks((portal, who, { id }) => portal.resendNotices(who, id)),
    answers: SENDERS(OWN_ONLY),
  },
  {
    method: 'listReplies',
    scope: 'replies',
    ask: asks((portal, who) => portal.listReplies(who, page, 'newest')),
    answers: SENDERS('yes'),
  },
  {
    method: 'readReply',
    about: 'reply',
    scope: 'replies',
    ask: async (people, who, { id }) => people.world.portal.readReply(await people.client(who), id),
    answers: SYSTEMS(OWN_ONLY, 'forbidden'),
  },
  {
    method: 'viewReply',
    about: 'reply',
    ask: reads((portal, who, { id }) => portal.viewReply(who, id)),
    answers: PROVIDERS(OWN_ONLY),
  },
  {
    method: 'viewReply',
    about: 'openedReply',
    ask: reads((portal, who, { id }) => portal.viewReply(who, id)),
    answers: PROVIDERS(OWN_ONLY),
  },
  {
    method: 'openReply',
    about: 'reply',
    ask: reads((portal, who, { id }) => portal.openReply(who, id)),
    answers: PROVIDERS(OWN_ONLY),
  },
  {
    method: 'fetchReplyAttachment',
    about: 'openedReply',
    scope: 'replies',
    ask: asks((portal, who, { id, attachment }) => portal.fetchReplyAttachment(who, id, attachment)),
    answers: SENDERS(OWN_ONLY),
  },
  {
    method: 'answerReply',
    about: 'reply',
    ask: reads((portal, who, { id }) => portal.answerReply(who, id, answer)),
    answers: PROVIDERS(OWN_ONLY),
  },
]
