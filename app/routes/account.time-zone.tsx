import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { form } from '../form.ts'
import { go, handled } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { tellTime, tellZone } from '../language/moment.ts'
import { useLocale, useWords } from '../language/words.ts'
import { isUsZone, US_ZONES, zonesByPlace } from '../language/zone.ts'
import { refusal, useRefusal } from '../refusal.ts'
import { Button } from '../ui/Button.tsx'
import { Choices } from '../ui/Choices.tsx'
import { Form } from '../ui/Form.tsx'
import { Page } from '../ui/Page.tsx'
import { Select } from '../ui/Select.tsx'

export const handle = { title: (words: Catalogue) => words.timeZone.title }

export const loader = handled(async ({ context }: LoaderFunctionArgs) => {
  const { timeZone, clinicTimeZone, now } = await context.portal.preferences(context.requireReader())
  return { timeZone, clinicTimeZone, now }
})

/** What is chosen beside the zones themselves. */
const CLINIC = 'clinic'
const OTHER = 'other'

export const action = handled(async (args: ActionFunctionArgs) => {
  const reader = args.context.requireReader()
  const { timeZone, city } = await form(args, { timeZone: 'line', city: 'line?' })
  if (timeZone === OTHER && city === '')
    throw refusal('invalid', 'Something is missing.', [{ field: 'city', problem: 'Fill in this field.' }])
  const chosen = timeZone === CLINIC ? null : timeZone === OTHER ? city : timeZone
  await args.context.portal.prefer(reader, { timeZone: chosen })
  return go('/account/preferences', { done: 'timeZone' })
})

export default function TimeZonePage() {
  const words = useWords()
  const locale = useLocale()
  const { timeZone, clinicTimeZone, now } = useLoaderData<typeof loader>()
  const time = (zone: string) => words.timeZone.now(tellTime(now, locale, zone))
  const chosen = timeZone === null ? CLINIC : isUsZone(timeZone) ? timeZone : OTHER
  const options = [
    {
      value: CLINIC,
      label: words.timeZone.clinic(tellZone(now, locale, clinicTimeZone)),
      detail: <p className="hint">{time(clinicTimeZone)}</p>,
    },
    ...US_ZONES.map(zone => ({
      value: zone,
      label: words.timeZone.zones[zone],
      detail: <p className="hint">{time(zone)}</p>,
    })),
    {
      value: OTHER,
      label: words.timeZone.other,
      inside: (
        <Select
          name="city"
          label={words.timeZone.otherLabel}
          options={zonesByPlace(locale)}
          chosen={timeZone ?? clinicTimeZone}
          ask={words.timeZone.ask}
        />
      ),
    },
  ]
  return (
    <Page title={words.timeZone.title} refusal={useRefusal()} mainField="timeZone">
      <p>{words.timeZone.text}</p>
      <Form>
        <Choices name="timeZone" legend={words.timeZone.title} pick="one" options={options} chosen={[chosen]} />
        <Button>{words.preferences.save}</Button>
      </Form>
      <p>
        <a href="/account/preferences">{words.back}</a>
      </p>
    </Page>
  )
}
