import type { LoaderFunctionArgs } from '@remix-run/node'
import type { MessageView } from '../../server/views.ts'
import { useLoaderData } from '../answered.ts'
import { handled } from '../http.ts'
import type { Catalogue } from '../language/en.ts'
import { Envelope } from '../ui/Envelope.tsx'
import { OpenedMessage } from '../ui/OpenedMessage.tsx'
import { Tombstone } from '../ui/Tombstone.tsx'

export const handle = { title: (words: Catalogue) => words.messages.noSubject }

export const loader = handled(async ({ context, params, request }: LoaderFunctionArgs) => {
  const reader = context.requireReader()
  const query = new URL(request.url).searchParams
  const view = await context.portal.viewMessage(reader, params.messageId!)
  return {
    view,
    look: { formatted: query.get('view') === 'formatted', large: query.get('text') === 'large' },
  }
})

export default function Message() {
  const { look, ...loaded } = useLoaderData<typeof loader>()
  const view: MessageView = loaded.view
  if (view.kind === 'envelope') return <Envelope view={view} />
  if (view.kind === 'message') return <OpenedMessage view={view} look={look} />
  return <Tombstone view={view} />
}
