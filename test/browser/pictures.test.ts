import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { hours, minutes } from '../../server/time.ts'
import type { Walk } from '../support/walk.ts'
import { journeyClinic, type Person } from './journey.ts'
import { choosesPaper, provesMailbox } from './signing-in.ts'

// The pictures of the README, made anew by `npm run screenshots` and kept beside the other pictures.

const FOLDER = process.env.SCREENSHOTS ?? ''

const LETTER = `Dear Ms. Lopez,

the tests from last week are back. All of them are fine.

Please keep taking the same tablets, one each morning. We will see you on Monday at 9. Bring your card, and your list of questions.

Dr. Cole`
const CARTA = `Estimada señora Lopez:

ya tenemos los resultados de la semana pasada. Todos están bien.

Nos vemos el lunes a las 9. Traiga su tarjeta.

Dr. Cole`

test.runIf(FOLDER)('what a patient sees, for those who read about it', async () => {
  mkdirSync(path.join(FOLDER, 'readme'), { recursive: true })
  const clinic = await journeyClinic()
  onTestFinished(() => clinic.closeAll())
  clinic.clock.advance(hours(15))
  const ada = await clinic.person('en', { story: 'readme' })
  await ada.gets('Your visit on Monday', { text: 'Please bring your card.' })
  await ada.goTo(await clinic.noticeLink(ada.address))
  await ada.arrives(ada.words.landing.title)
  await picture(ada, 'landing')
  await begins(ada, clinic)
  clinic.clock.advance(minutes(5))
  await ada.gets('Your test results', { text: LETTER })
  await ada.goTo('/messages')
  await picture(ada, 'messages')
  await ada.opens(ada, 'Your test results')
  await picture(ada, 'message')
  await ada.page.emulateMedia({ colorScheme: 'dark' })
  await ada.follow(ada.words.message.reply)
  await ada.arrives(ada.words.reply.title)
  await ada.type(ada.words.reply.label, 'Thank you. I am glad. May I bring my daughter on Monday?')
  await picture(ada, 'reply-dark')

  const eva = await clinic.person('es', { story: 'readme' })
  await eva.gets('Sus resultados', { text: CARTA })
  await begins(eva, clinic)
  await eva.opens(eva, 'Sus resultados')
  await picture(eva, 'message-es')
})

/** From the notice to the messages, with a passphrase and printed codes. */
async function begins(person: Person, clinic: Parameters<typeof provesMailbox>[1]): Promise<void> {
  await provesMailbox(person, clinic, person)
  await choosesPaper(person)
}

/** What fits on the screen of a phone. */
async function picture({ page }: Walk, name: string): Promise<void> {
  const made = await page.screenshot({ path: path.join(FOLDER, 'readme', `${name}.png`), scale: 'css' })
  expect(made.length).toBeGreaterThan(0)
}
