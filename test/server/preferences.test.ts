import { expect, test } from 'vitest'
import type { Display } from '../../server/preferences.ts'
import { prefer, viewPreferences } from '../../server/preferring.ts'
import { clinic, onlyMailbox, refusalOf } from './reading/clinic.ts'

const LARGE: Display = { textSize: 'largest', contrast: 'more', theme: 'dark' }

async function ada() {
  const of = await clinic()
  const kept = async () => (await of.store.read(tx => tx.recipients.find(of.ada.person.id)))!
  return { ...of, kept }
}

test('a reader chooses a language, which no sender changes any more; what is none is refused', async () => {
  const { parts, ada: reader, kept } = await ada()
  expect(await kept()).toMatchObject({ choseLanguage: false })
  await prefer(parts, onlyMailbox(reader), { language: 'pt-br' })
  expect(await kept()).toMatchObject({ language: 'pt-BR', choseLanguage: true })
  for (const none of ['', 'not a language', 'e'.repeat(40)]) {
    expect(await refusalOf(prefer(parts, reader, { language: none }))).toMatchObject({
      code: 'invalid',
      fields: [{ field: 'language' }],
    })
  }
})

test('a reader chooses how pages look; what is not on the list is refused, and nothing else is kept', async () => {
  const { parts, ada: reader, kept } = await ada()
  expect(await kept()).toMatchObject({ display: null })
  await prefer(parts, reader, { display: { ...LARGE, note: 'x' } as Display })
  expect((await kept()).display).toEqual(LARGE)
  for (const wrong of [{ textSize: 'huge' }, { contrast: 'less' }, { theme: 'pink' }])
    expect(await refusalOf(prefer(parts, reader, { display: { ...LARGE, ...wrong } as Display }))).toMatchObject({
      code: 'invalid',
    })
  expect((await kept()).display).toEqual(LARGE)
})

test('a reader chooses a time zone by its name, and goes back to the clinic’s; an offset is none', async () => {
  const { parts, ada: reader } = await ada()
  const view = () => viewPreferences(parts, reader)
  expect(await view()).toMatchObject({ timeZone: null, clinicTimeZone: 'America/New_York', now: parts.clock() })
  await prefer(parts, reader, { timeZone: 'Pacific/Honolulu' })
  expect(await view()).toMatchObject({ timeZone: 'Pacific/Honolulu' })
  for (const none of ['', 'Mars/Olympus', '+05:00', '-0300', '../etc', 'A'.repeat(60)])
    expect(await refusalOf(prefer(parts, reader, { timeZone: none }))).toMatchObject({
      code: 'invalid',
      fields: [{ field: 'timeZone' }],
    })
  await prefer(parts, reader, { timeZone: null })
  expect(await view()).toMatchObject({ timeZone: null })
})

test('a reader sees the address that letters go to, and whom to call about it', async () => {
  const { parts, ada: reader } = await ada()
  const told = await viewPreferences(parts, reader)
  expect(told).toMatchObject({ address: 'ada@example.com', organization: 'North Clinic', phone: '+1 555 0100' })
})

test('reminders are on until a reader says no, and one choice leaves the others as they are', async () => {
  const { parts, ada: reader, kept } = await ada()
  expect(await viewPreferences(parts, reader)).toMatchObject({ wantsReminders: true })
  await prefer(parts, reader, { wantsReminders: false })
  await prefer(parts, reader, { language: 'es' })
  expect(await kept()).toMatchObject({ wantsReminders: false, language: 'es', timeZone: null })
})

test('of staff nothing is kept, and what is a reader’s alone is refused to them and to half a sign-in', async () => {
  const { parts, ada: reader, north, kept } = await ada()
  await prefer(parts, north.drCole, { language: 'es' })
  await prefer(parts, north.drCole, { display: LARGE })
  for (const work of [
    (who: typeof reader) => viewPreferences(parts, who),
    (who: typeof reader) => prefer(parts, who, { timeZone: null }),
    (who: typeof reader) => prefer(parts, who, { wantsReminders: false }),
  ]) {
    expect(await refusalOf(work(north.drCole as never))).toMatchObject({ code: 'forbidden' })
    expect(await refusalOf(work(onlyMailbox(reader) as never))).toMatchObject({ code: 'sign_in_required' })
  }
  expect(await kept()).toMatchObject({ choseLanguage: false, display: null, wantsReminders: true })
})
