import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { form } from '../form.ts'
import { go, handled, pageAt } from '../http.ts'
import { staffWords } from '../language/staff.ts'
import { useWords } from '../language/words.ts'
import { useRefusal } from '../refusal.ts'
import { retractionOrder } from '../retraction.ts'
import { Page } from '../ui/Page.tsx'
import { WithdrawForm } from '../ui/WithdrawForm.tsx'

const words = staffWords.withdraw
export const handle = { title: () => words.title }

const page = pageAt('sent', 'depositId')

export const loader = handled(async ({ context, params }: LoaderFunctionArgs) => {
  const staff = context.requireStaff('provider')
  return { evidence: await context.portal.retractionEvidence({ staff }, params.depositId!), deposit: page(params) }
})

export const action = handled(async (args: ActionFunctionArgs) => {
  const staff = args.context.requireStaff('provider')
  const answers = await form(args, { messages: 'choices', reason: 'line', note: 'text?', tell: 'line' })
  await args.context.portal.retract({ staff }, args.params.depositId!, retractionOrder(answers))
  return go(page(args.params), { done: 'withdrawn' })
})

export default function Withdraw() {
  const { cancel } = useWords()
  const { evidence, deposit } = useLoaderData<typeof loader>()
  return (
    <Page title={words.title} refusal={useRefusal()} mainField="messages">
      <WithdrawForm evidence={evidence} />
      <p>
        <a href={deposit}>{cancel}</a>
      </p>
    </Page>
  )
}
