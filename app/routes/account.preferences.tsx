import type { LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { handled } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { tellZone } from '../language/moment.ts'
import { spoken, useLocale, useSurroundings, useWords } from '../language/words.ts'
import { CallUs } from '../ui/CallUs.tsx'
import { Page } from '../ui/Page.tsx'
import { Settings } from '../ui/Settings.tsx'

export const handle = { title: (words: Catalogue) => words.preferences.title }

const DONE = ['timeZone', 'reminders'] as const

export const loader = handled(async ({ context, request }: LoaderFunctionArgs) => {
  const { timeZone, clinicTimeZone, ...rest } = await context.portal.preferences(context.requireReader())
  const done = new URL(request.url).searchParams.get('done')
  return { ...rest, timeZone: timeZone ?? clinicTimeZone, done: DONE.find(each => each === done) ?? null }
})

export default function PreferencesPage() {
  const words = useWords()
  const { language, display } = useSurroundings()
  const locale = useLocale()
  const { address, organization, phone, timeZone, wantsReminders, now, done } = useLoaderData<typeof loader>()
  const { textSizes, contrast, contrasts, themes } = words.display
  const looks = [
    textSizes[display.textSize],
    ...(display.contrast === 'more' ? [`${contrast}: ${contrasts.more}`] : []),
    ...(display.theme === 'device' ? [] : [themes[display.theme]]),
  ]
  return (
    <Page title={words.preferences.title} done={done && words.preferences.done[done]}>
      <p>{words.preferences.text}</p>
      <Settings
        lines={[
          { name: words.preferences.language, value: [spoken(language).name], to: '/language' },
          { name: words.preferences.display, value: looks, to: '/display' },
          { name: words.preferences.timeZone, value: [tellZone(now, locale, timeZone)], to: '/account/time-zone' },
          {
            name: words.preferences.reminders,
            value: [wantsReminders ? words.preferences.on : words.preferences.off],
            to: '/account/reminders',
          },
        ]}
      />
      <h2>{words.preferences.address}</h2>
      <p>
        <strong>
          <bdi>{address}</bdi>
        </strong>
      </p>
      <p>{words.preferences.addressText}</p>
      <CallUs organization={organization} phone={phone} />
      <p>
        <a href="/account">{words.preferences.back}</a>
      </p>
    </Page>
  )
}
