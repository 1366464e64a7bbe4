import type { SignInStore } from '../server/sign-in/store.ts'
import { attempts } from './attempts.ts'
import { devices } from './devices.ts'
import { enrolments } from './enrolments.ts'
import { factors } from './factors.ts'
import { invitations } from './invitations.ts'
import { mailboxCodes } from './mailbox-codes.ts'
import { networks } from './networks.ts'
import { peopleAt } from './people-at.ts'
import { printedCodes } from './printed-codes.ts'
import { recoveries } from './recoveries.ts'
import { keyedHash } from './sealing/blind-index.ts'
import { sessions } from './sessions.ts'
import { signInRequests } from './sign-in-requests.ts'
import type { Work } from './work.ts'

export function signIn(work: Work): SignInStore {
  return {
    sessions: sessions(work),
    factors: factors(work),
    printedCodes: printedCodes(work),
    requests: signInRequests(work),
    mailboxCodes: mailboxCodes(work),
    enrolments: enrolments(work),
    attempts: attempts(work),
    invitations: invitations(work),
    recoveries: recoveries(work),
    devices: devices(work),
    networks: networks(work),
    peopleAt: peopleAt(work),
    // Across organizations: who signs in has not said yet which of them they come from.
    subjectOf: address => keyedHash(work.portal.index, 'sign-in subject', address),
    saltOf: address => Buffer.from(keyedHash(work.portal.index, 'passphrase salt', address), 'base64url').subarray(0, 16),
  }
}
