import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { lastMinuteOf } from '../compose.ts'
import { form } from '../form.ts'
import { go, handled, pageAt } from '../http.ts'
import { staffWords } from '../language/staff.ts'
import { useRefusal } from '../refusal.ts'
import { Button, ButtonLink } from '../ui/Button.tsx'
import { DepositSummary } from '../ui/DepositSummary.tsx'
import { Field } from '../ui/Field.tsx'
import { Form } from '../ui/Form.tsx'
import { Page } from '../ui/Page.tsx'
import { PostButton } from '../ui/PostButton.tsx'

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
      <section className="card">
        <h2>{words.resend}</h2>
        <p>{words.resendText}</p>
        <PostButton to={`${at}/resend`} look="other">
          {words.resend}
        </PostButton>
      </section>
      <section className="card">
        <h2>{words.extend}</h2>
        <p>{words.extendText}</p>
        <Form>
          <Field name="until" type="date" label={words.extendLabel} size="short" />
          <Button look="other">{words.extend}</Button>
        </Form>
      </section>
      <ButtonLink to={`${at}/withdraw`} look="danger">
        {words.withdraw}
      </ButtonLink>
      <p>
        <a href="/sent">{words.all}</a>
      </p>
    </Page>
  )
}
