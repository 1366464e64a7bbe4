import { isPortalError } from '../../server/errors.ts'
import { hours } from '../../server/time.ts'
import { type Clinic, clinicIn } from '../support/clinic.ts'
import { wholePortal } from '../support/whole-portal.ts'
import { type Bench, median, timed } from './paired.ts'

const SAMPLES = 400
/** BAR 10: medians within 3 ms. */
const GOAL_MS = 3

type Ask = (clinic: Clinic, address: string) => Promise<unknown>

/** Whether the time an answer takes tells if an address is known. The value is the difference of the medians. */
export const EQUALITY: Bench[] = [
  equality('sign-in-code-known-unknown', async ({ portal }, address) => {
    const { requestToken } = await portal.beginSignIn({ address })
    await portal.sendMailboxCode(requestToken)
  }),
  equality('sign-in-passphrase-known-unknown', async ({ portal }, address) => {
    const { requestToken } = await portal.beginSignIn({ address })
    await portal.enterPassphrase(requestToken, 'not the right words at all').catch(refusalIsFine)
  }),
  equality('sign-in-passkey-known-unknown', async ({ portal }, address) => {
    const { requestToken } = await portal.beginSignIn({ address })
    await portal.passkeyOptions(requestToken)
  }),
]

function equality(name: string, ask: Ask): Bench {
  return {
    name,
    async run(progress) {
      const portal = await wholePortal()
      try {
        const clinic = await clinicIn(portal)
        const times = { known: [] as number[], unknown: [] as number[] }
        for (let sample = 0; sample < SAMPLES; sample++) {
          // A new person each time: after a few wrong tries a known address is slowed down on purpose.
          const known = clinic.patient(`Patient ${word(sample)}`)
          await clinic.deposits('Welcome', [known])
          await known.signsIn()
          clinic.clock.advance(hours(1))
          const pair = [
            ['known', known.address],
            ['unknown', `nobody.${word(sample)}@example.com`],
          ] as const
          for (const [which, address] of sample % 2 === 0 ? pair : pair.toReversed()) {
            times[which].push(await timed(() => ask(clinic, address)))
          }
          progress((sample + 1) / SAMPLES)
        }
        const value = Math.abs(median(times.known) - median(times.unknown))
        return { name, value, unit: 'ms apart', floor: null, ratio: null, goal: GOAL_MS, met: value <= GOAL_MS }
      } finally {
        await portal.close()
      }
    },
  }
}

/** Addresses of equal length. */
const word = (sample: number): string => [...String(sample).padStart(4, '0')].map(digit => 'abcdefghij'[Number(digit)]).join('')

function refusalIsFine(error: unknown): void {
  if (!isPortalError(error)) throw error
}
