import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { lastMinuteOf } from '../compose.ts'
import { form } from '../form.ts'
import { go, handled, pageAt } from '../http.ts'
import { staffWords } from '../language/staff.ts'
import { useRefusal } from '../refusal.ts'
import { DepositActions, isKept } from '../ui/DepositActions.tsx'
import { DepositSummary } from '../ui/DepositSummary.tsx'
import { Page } from '../ui/Page.tsx'

const words = staffWords.deposit
export const handle = { title: () => words.sent }

const page = pageAt('sent', 'depositId')
const DONE = ['resent', 'extended', 'withdrawn', 'composed'] as const

export const loader = handled(async ({ context, params, request }: LoaderFunctionArgs) => {
  const staff = context.requireStaff('provider')
  const deposit = await context.portal.depositState({ staff }, params.depositId!)
  const asked = new URL(request.url).searchParams.get('done')
  return { deposit, at: page(params), done: DONE.find(done => done === asked) ?? null }
})

/** Changes the last day. */
export const action = handled(async (args: ActionFunctionArgs) => {
  const staff = args.context.requireStaff('provider')
  const { until } = await form(args, { until: 'line' })
  await args.context.portal.extendDeposit({ staff }, args.params.depositId!, lastMinuteOf(until, staff.timeZone))
  return go(page(args.params), { done: 'extended' })
})

export default function Deposit() {
  const { deposit, at, done } = useLoaderData<typeof loader>()
  return (
    <Page
      title={deposit.subject ?? staffWords.sent.noSubject}
      refusal={useRefusal()}
      mainField="until"
      done={done && words[done]}
    >
      <DepositSummary deposit={deposit} />
      {deposit.messages.some(({ state }) => isKept(state)) ? <DepositActions at={at} /> : null}
      <p>
        <a href="/sent">{words.all}</a>
      </p>
    </Page>
  )
}
