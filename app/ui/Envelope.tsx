import type { MessageFrame, MessageView } from '../../server/views.ts'
import { at } from '../destination.ts'
import { useWords } from '../language/words.ts'
import { ButtonLink } from './Button.tsx'
import { CallUs } from './CallUs.tsx'
import { DateTime } from './DateTime.tsx'
import type { Examples } from './example.ts'
import { Notice } from './Notice.tsx'
import { Page } from './Page.tsx'
import { PostButton } from './PostButton.tsx'
import { SummaryList } from './SummaryList.tsx'

type EnvelopeView = Extract<MessageView, { kind: 'envelope' }>

/** An unopened message: enough to tell whether it is for oneself, and the button that opens it. */
export function Envelope({ view: { frame, needsConfirmation } }: { view: EnvelopeView }) {
  const words = useWords().envelope
  const path = `/messages/${frame.id}`
  return (
    <Page title={words.title}>
      <SummaryList
        rows={[
          [words.from, fromLine(frame)],
          [words.forWhom, frame.forWhom],
          [words.sent, <DateTime key="sent" at={frame.createdAt} />],
          [words.until, <DateTime key="until" at={frame.expiresAt} />],
        ]}
      />
      {needsConfirmation ? (
        <>
          <Notice kind="calm">{words.confirmText}</Notice>
          <ButtonLink to={at('/enrol/confirm', { to: path })}>{words.confirm}</ButtonLink>
        </>
      ) : (
        <>
          <p>{words.tells}</p>
          <PostButton to={`${path}/open`}>{words.open}</PostButton>
        </>
      )}
      <p>
        <ButtonLink to={`${path}/not-for-me`} look="other">
          {words.notMe}
        </ButtonLink>
      </p>
      <CallUs organization={frame.organization} phone={frame.phone} />
    </Page>
  )
}

/** The sender beside the organization, unless they are the same. */
export const fromLine = ({ from, organization }: Pick<MessageFrame, 'from' | 'organization'>): string =>
  from === organization ? from : `${from}, ${organization}`

export const exampleFrame: MessageFrame = {
  id: 'msg_01k9z3h7d2aaaaaaaaaaaaaaaa',
  organization: 'North Clinic',
  phone: '+1 555 010 0199',
  forWhom: 'Ada Lopez',
  from: 'Dr. Cole',
  createdAt: Date.UTC(2026, 0, 5, 15),
  expiresAt: Date.UTC(2026, 1, 4, 22),
}
export const examples: Examples = {
  unopened: <Envelope view={{ kind: 'envelope', frame: exampleFrame, needsConfirmation: null }} />,
  'to be confirmed': <Envelope view={{ kind: 'envelope', frame: exampleFrame, needsConfirmation: 'code' }} />,
}
