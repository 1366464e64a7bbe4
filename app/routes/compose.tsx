import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '../answered.ts'
import { COMPOSE_FIELDS, depositRequest } from '../compose.ts'
import { form } from '../form.ts'
import { go, handled } from '../http.ts'
import { staffWords } from '../language/staff.ts'
import { useRefusal } from '../refusal.ts'
import { ComposeForm } from '../ui/ComposeForm.tsx'
import { Page } from '../ui/Page.tsx'

const words = staffWords.compose
export const handle = { title: () => words.title }

export const loader = handled(({ context }: LoaderFunctionArgs) => {
  context.requireStaff('provider')
  return { formId: context.newFormId() }
})

export const action = handled(async (args: ActionFunctionArgs) => {
  const staff = args.context.requireStaff('provider')
  const { form_id: formId, ...answers } = await form(args, COMPOSE_FIELDS)
  const { id } = await args.context.portal.composeDeposit(staff, depositRequest(answers, staff), { formId })
  return go(`/sent/${id}`, { done: 'composed' })
})

export default function Compose() {
  const { formId } = useLoaderData<typeof loader>()
  return (
    <Page title={words.title} refusal={useRefusal()}>
      <ComposeForm formId={formId} />
    </Page>
  )
}
