import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { at, wanted } from '../destination.ts'
import { deviceName } from '../device-name.ts'
import { form } from '../form.ts'
import { enrolled, handled } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { useWords } from '../language/words.ts'
import { useRefusal, useShownOnce } from '../refusal.ts'
import { Codes } from '../ui/Codes.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Page } from '../ui/Page.tsx'
import { PasskeyButton } from '../ui/PasskeyButton.tsx'
import { waysPage } from '../visitor.ts'

export const handle = { title: (words: Catalogue) => words.enrolPasskey.title }

export const loader = handled(({ context, request }: LoaderFunctionArgs) => {
  return { to: wanted(request), elsewhere: waysPage(context.requireVisitor()) }
})

export const action = handled(async (args: ActionFunctionArgs) => {
  const visitor = args.context.requireVisitor()
  const { response, label } = await form(args, { response: 'json', label: 'line?' })
  const name = label || deviceName(args.request.headers.get('user-agent'))
  return enrolled(args, await args.context.portal.enrolPasskey(visitor, response, name))
})

export default function EnrolPasskey() {
  const words = useWords()
  const { to, elsewhere } = useLoaderData<typeof loader>()
  const shownOnce = useShownOnce()
  const refusal = useRefusal()
  if (shownOnce) return <Codes {...shownOnce} spare />
  return (
    <Page title={words.enrolPasskey.title} refusal={refusal} says={{ wrong_sign_in: words.enrolPasskey.cancelled }}>
      <p>{words.enrolPasskey.text}</p>
      <PasskeyButton ceremony="make" to={at('/enrol/passkey', { to })} />
      <div data-without-passkey="">
        <Notice kind="care">{words.enrolPasskey.noScript}</Notice>
      </div>
      <p>
        <a href={at(elsewhere, { to })}>{words.cancel}</a>
      </p>
    </Page>
  )
}
