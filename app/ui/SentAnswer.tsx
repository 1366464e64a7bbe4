import type { AnswerView } from '../../server/views.ts'
import { tellDay } from '../language/moment.ts'
import { useLocale, useWords } from '../language/words.ts'
import { CallUs } from './CallUs.tsx'
import { DateTime } from './DateTime.tsx'
import { exampleFrame, fromLine } from './Envelope.tsx'
import type { Examples } from './example.ts'
import { Notice } from './Notice.tsx'
import { Page } from './Page.tsx'
import { SummaryList } from './SummaryList.tsx'

interface SentAnswerProps {
  view: AnswerView
  answered: NonNullable<AnswerView['answered']>
}

/** It was sent: what happens next, by when, and whom to call when nothing does. */
export function SentAnswer({ view: { frame }, answered }: SentAnswerProps) {
  const words = useWords().sent
  const { reply } = useWords()
  const locale = useLocale()
  return (
    <Page title={words.title}>
      <SummaryList
        rows={[
          ...(frame ? [[words.to, fromLine(frame)] as [string, string]] : []),
          [words.when, <DateTime key="at" at={answered.at} />],
        ]}
      />
      <h2>{words.next}</h2>
      <p>{answered.answerBy === null ? words.noDate : words.by(tellDay(answered.answerBy, locale))}</p>
      <p>{words.nothing}</p>
      <CallUs organization={frame?.organization} phone={frame?.phone} />
      <Notice kind="care" title={reply.emergency}>
        {reply.emergencyText}
      </Notice>
      <ul className="inline">
        <li>
          <a href="/messages">{words.all}</a>
        </li>
        {frame ? (
          <li>
            <a href={`/messages/${frame.id}`}>{words.message}</a>
          </li>
        ) : null}
      </ul>
    </Page>
  )
}

const view: AnswerView = {
  ...{ frame: exampleFrame, subject: null, window: 'open', moreTimeAsked: false, draft: null, ticket: '1.word', answered: null },
}
const at = Date.UTC(2026, 0, 7, 14)
export const examples: Examples = {
  'with a day': <SentAnswer view={view} answered={{ at, answerBy: '2026-01-09' }} />,
  'without one': <SentAnswer view={view} answered={{ at, answerBy: null }} />,
}
