import type { MessageView } from '../../server/views.ts'
import { useTell } from '../language/moment.ts'
import { useWords } from '../language/words.ts'
import { CallUs } from './CallUs.tsx'
import { exampleFrame } from './Envelope.tsx'
import type { Examples } from './example.ts'
import { Notice } from './Notice.tsx'
import { Page } from './Page.tsx'
import { PostButton } from './PostButton.tsx'

type OverView = Exclude<MessageView, { kind: 'envelope' } | { kind: 'message' }>

/** A message that can no longer be read: what happened, and what can be done. Never its subject. */
export function Tombstone({ view }: { view: OverView }) {
  if (view.kind === 'expired') return <Expired view={view} />
  if (view.kind === 'retracted') return <Withdrawn view={view} />
  return <Gone view={view} />
}

function Expired({ view: { frame, moreTimeAskedAt } }: { view: Extract<OverView, { kind: 'expired' }> }) {
  const words = useWords().expired
  const tell = useTell()
  return (
    <Page title={words.title}>
      <p>{words.until(tell(frame.expiresAt))}</p>
      {moreTimeAskedAt !== null ? (
        <Notice kind="calm">{words.asked(tell(moreTimeAskedAt))}</Notice>
      ) : (
        <>
          <p>{words.text}</p>
          <PostButton to={`/messages/${frame.id}/more-time`}>{words.ask}</PostButton>
        </>
      )}
      <Rest view={{ frame }} />
    </Page>
  )
}

function Withdrawn({ view: { frame, retractedAt } }: { view: Extract<OverView, { kind: 'retracted' }> }) {
  const words = useWords().withdrawn
  const tell = useTell()
  return (
    <Page title={words.title}>
      <p>{words.text(tell(retractedAt))}</p>
      <p>{words.question}</p>
      <Rest view={{ frame }} />
    </Page>
  )
}

function Gone({ view: { frame } }: { view: Extract<OverView, { kind: 'gone' }> }) {
  const words = useWords().gone
  return (
    <Page title={words.title}>
      <p>{words.text}</p>
      <Rest view={{ frame }} />
    </Page>
  )
}

function Rest({ view: { frame } }: { view: Pick<OverView, 'frame'> }) {
  const words = useWords().message
  return (
    <>
      <CallUs organization={frame.organization} phone={frame.phone} />
      <p>
        <a href={`/messages/${frame.id}/history`}>{words.history}</a>
      </p>
      <p>
        <a href="/messages">{words.all}</a>
      </p>
    </>
  )
}

export const examples: Examples = {
  expired: <Tombstone view={{ kind: 'expired', frame: exampleFrame, moreTimeAskedAt: null }} />,
  'more time asked': <Tombstone view={{ kind: 'expired', frame: exampleFrame, moreTimeAskedAt: Date.UTC(2026, 1, 6, 15) }} />,
  withdrawn: <Tombstone view={{ kind: 'retracted', frame: exampleFrame, retractedAt: Date.UTC(2026, 0, 7, 15) }} />,
  gone: <Tombstone view={{ kind: 'gone', frame: exampleFrame }} />,
}
