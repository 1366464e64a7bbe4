import { afterAll, beforeAll, expect, test } from 'vitest'
import { en } from '../../app/language/en.ts'
import { es } from '../../app/language/es.ts'
import { changeOrganization } from '../../server/new-organization.ts'
import { startSession } from '../../server/sign-in/session.ts'
import { formVisitor } from '../support/form-visitor.ts'
import { type ServedClinic, servedClinic } from './served.ts'

// Pages that tell people to call. Whoever is told so and shown nothing after it does not know what to do next.

let clinic: ServedClinic
beforeAll(async () => {
  clinic = await servedClinic()
})
afterAll(() => clinic.closeAll())

const numbered = (phone: string) => changeOrganization(clinic.parts, clinic.organization.id, { phone })

test.each([
  ['en', en],
  ['es', es],
] as const)(
  'whoever is told to call is told the number, or where it is found when the clinic gave none (%s)',
  async (language, words) => {
    const ada = clinic.patient(`Ada ${language}`)
    const { id, messages } = await clinic.deposits('Your visit', [ada])
    const reader = await ada.signsIn()
    await clinic.portal.prefer(reader, { language })
    await clinic.portal.openMessage(reader, messages[0]!.id)
    await clinic.portal.retract({ client: clinic.gateway }, id, { reason: 'wrong_content' })
    const { parts, clock, origin } = clinic
    const token = await parts.store.transaction(tx => startSession(tx, clock.read(), reader.person, 'full', 'passphrase+totp'))
    const message = `/messages/${messages[0]!.id}`

    const pages = async (cookies: [string, string][], paths: string[]) => {
      const browser = formVisitor(origin, new Map([['__Host-language', language], ...cookies]))
      return Promise.all(paths.map(async path => [path, (await browser.looks(origin, path)).html] as const))
    }
    const strangers = () => pages([], ['/sign-in/lost', '/sign-in/cookies'])
    const readers = () =>
      pages(
        [['__Host-session', token]],
        [message, `${message}/reply`, '/sign-in/lost', '/account/preferences', '/account/not-me'],
      )

    await numbered('+1 555 0100')
    for (const [path, html] of [...(await strangers()), ...(await readers())])
      expect(html, path).toContain('href="tel:+15550100"')
    await numbered('')
    for (const [path, html] of await strangers()) expect(html, path).toContain(words.callUnlisted(''))
    for (const [path, html] of await readers()) expect(html, path).toContain(words.callUnlisted('North Clinic'))
  },
)
