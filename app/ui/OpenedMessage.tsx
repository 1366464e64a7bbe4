import type { Instant } from '../../server/time.ts'
import type { MessageBody, MessageView } from '../../server/views.ts'
import { at } from '../destination.ts'
import { useTell } from '../language/moment.ts'
import { useSurroundings, useWords } from '../language/words.ts'
import { Attachments } from './Attachments.tsx'
import { ButtonLink } from './Button.tsx'
import { CallUs } from './CallUs.tsx'
import { DateTime } from './DateTime.tsx'
import { exampleFrame, fromLine } from './Envelope.tsx'
import type { Examples } from './example.ts'
import { FormattedBody } from './FormattedBody.tsx'
import { Lines } from './Lines.tsx'
import { MessageList } from './MessageList.tsx'
import { Notice } from './Notice.tsx'
import { Page } from './Page.tsx'
import { SummaryList } from './SummaryList.tsx'

type OpenedView = Extract<MessageView, { kind: 'message' }>
interface Look {
  /** As the sender designed it, instead of plain text. */
  formatted: boolean
  large: boolean
}

/** A message that is open. */
export function OpenedMessage({ view: { frame, body, seenAt }, look }: { view: OpenedView; look: Look }) {
  const words = useWords().message
  const path = `/messages/${frame.id}`
  const isReply = body.direction === 'reply'
  return (
    <Page title={body.subject} titleLanguage={body.language}>
      <PrintedLine at={seenAt} />
      {isReply ? <p>{words.sentByYou}</p> : <Origin frame={frame} body={body} />}
      <Text body={body} look={look} />
      <LookLinks path={path} look={look} hasHtml={body.html !== null} />
      <Attachments files={body.attachments} at={`${path}/attachments`} />
      {isReply ? null : <Answer path={path} body={body} />}
      {isReply ? null : <Terms frame={frame} />}
      {body.thread.length > 0 ? (
        <section aria-labelledby="thread-title" className="no-print">
          <h2 id="thread-title">{words.earlier}</h2>
          <MessageList lines={body.thread} />
        </section>
      ) : null}
      <Keep path={path} isReply={isReply} />
      <CallUs organization={frame.organization} phone={frame.phone} />
      <p className="no-print">
        <a href="/messages">{words.all}</a>
      </p>
    </Page>
  )
}

/** Stands on paper alone: who printed it, when, and that paper protects nothing. */
function PrintedLine({ at }: { at: Instant }) {
  const words = useWords().message
  const tell = useTell()
  const { name } = useSurroundings()
  // Put there by the style sheet of paper: as text of the page, whoever has no styles would read it on the screen.
  return <p className="print-only" data-printed={words.printed(name, tell(at))} />
}

/** What else can be done with a message, and what was done with it. */
function Keep({ path, isReply }: { path: string; isReply: boolean }) {
  const words = useWords().message
  return (
    <section aria-labelledby="keep-title" className="no-print">
      <h2 id="keep-title">{words.keep}</h2>
      <p>{words.print}</p>
      <ul className="choices">
        <li>
          <a href={`${path}/copy`}>{words.copy}</a>
        </li>
        <li>
          <a href={`${path}/history`}>{words.history}</a>
        </li>
        {isReply ? null : (
          <li>
            <a href={`${path}/not-for-me`}>{words.notMe}</a>
          </li>
        )}
      </ul>
    </section>
  )
}

/** What a reader needs to trust the letter, and no more: on a phone, the letter itself should be on the first screen. */
function Origin({ frame, body }: Pick<OpenedView, 'frame' | 'body'>) {
  const words = useWords().message
  const address = body.fromAddress ? ` (${body.fromAddress})` : ''
  return (
    <SummaryList
      isShort
      rows={[
        [words.from, `${fromLine(frame)}${address}`],
        [words.sent, <DateTime key="sent" at={frame.createdAt} />],
      ]}
    />
  )
}

function Terms({ frame }: Pick<OpenedView, 'frame'>) {
  const words = useWords().message
  return (
    <SummaryList
      rows={[
        [words.to, frame.forWhom],
        [words.until, <DateTime key="until" at={frame.expiresAt} />],
      ]}
    />
  )
}

function Answer({ path, body }: { path: string; body: MessageBody }) {
  const words = useWords().message
  const tell = useTell()
  return (
    <>
      <Notice kind="calm">{words.seen(tell(body.openedAt))}</Notice>
      {body.replyAllowed ? <ButtonLink to={`${path}/reply`}>{words.reply}</ButtonLink> : <p>{words.noReply}</p>}
    </>
  )
}

function Text({ body, look }: { body: MessageBody; look: Look }) {
  if (look.formatted && body.html !== null) return <FormattedBody html={body.html} language={body.language} large={look.large} />
  return (
    <div className={look.large ? 'letter large' : 'letter'} lang={body.language} dir="auto">
      <Lines text={body.text} />
    </div>
  )
}

/**
 * Each look is an address of its own: it works without script, and the browser's Back undoes it. Whoever has large letters on every page
 * is not offered them once more.
 */
function LookLinks({ path, look, hasHtml }: { path: string; look: Look; hasHtml: boolean }) {
  const words = useWords().message
  const hasLarge = useSurroundings().display.textSize !== 'normal'
  const link = ({ formatted, large }: Look) => at(path, { view: formatted ? 'formatted' : null, text: large ? 'large' : null })
  if (hasLarge && !look.large && !hasHtml) return null
  return (
    <ul className="inline no-print">
      {hasLarge && !look.large ? null : (
        <li>
          <a href={link({ ...look, large: !look.large })}>{look.large ? words.normal : words.larger}</a>
        </li>
      )}
      {look.large && !hasLarge ? (
        <li>
          <a href="/display">{words.largerEverywhere}</a>
        </li>
      ) : null}
      {hasHtml ? (
        <li>
          <a href={link({ ...look, formatted: !look.formatted })}>{look.formatted ? words.plain : words.formatted}</a>
        </li>
      ) : null}
    </ul>
  )
}

const body: MessageBody = {
  subject: 'Your visit on Monday',
  fromAddress: 'cole@example.com',
  text: 'Dear Ms. Lopez,\n\nyour visit is on Monday at 9 in the morning. Please bring your card.\n\nDr. Cole',
  html: '<p>Dear Ms. Lopez,</p><p>your visit is on <b>Monday at 9</b>. Please bring your card.</p><p>Dr. Cole</p>',
  language: 'en',
  openedAt: Date.UTC(2026, 0, 6, 14, 12),
  direction: 'to_recipient',
  attachments: [{ id: 'att_1', name: 'plan.pdf', type: 'application/pdf', size: 2_400_000 }],
  replyAllowed: true,
  thread: [],
}
const plain = { formatted: false, large: false }
export const examples: Examples = {
  text: <OpenedMessage view={{ kind: 'message', frame: exampleFrame, body, seenAt: body.openedAt }} look={plain} />,
  formatted: (
    <OpenedMessage
      view={{ kind: 'message', frame: exampleFrame, body, seenAt: body.openedAt }}
      look={{ formatted: true, large: true }}
    />
  ),
  'no answer wanted': (
    <OpenedMessage
      view={{
        kind: 'message',
        frame: exampleFrame,
        body: { ...body, replyAllowed: false, attachments: [] },
        seenAt: body.openedAt,
      }}
      look={plain}
    />
  ),
  'my own': (
    <OpenedMessage
      view={{ kind: 'message', frame: exampleFrame, body: { ...body, direction: 'reply', html: null }, seenAt: body.openedAt }}
      look={plain}
    />
  ),
}
