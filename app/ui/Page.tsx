import type { ReactNode } from 'react'
import type { Refusal } from '../refusal.ts'
import { ErrorSummary } from './ErrorSummary.tsx'
import type { Examples } from './example.ts'
import { Notice } from './Notice.tsx'
import { type Refused, RefusedContext } from './refused.ts'

interface PageProps {
  /** The one h1. */
  title: string
  /** Why the form on this page came back. */
  refusal?: Refusal | null
  /** The field that a refusal is about when it names none. */
  mainField?: string
  /** What refusals mean here, where that is more than they mean everywhere. */
  says?: Refused['says']
  /** What has just been done. */
  done?: string | null
  /** What was asked for and not done, and why. */
  notDone?: string | null
  /** For tables. */
  wide?: boolean
  /** The title is text of a message, in whatever language that is. */
  titleLanguage?: string
  children: ReactNode
}

/** The main part of every page: what is wrong first, then what was done, then the page. */
export function Page({ title, refusal = null, mainField, says = {}, done, notDone, wide, titleLanguage, children }: PageProps) {
  return (
    <RefusedContext.Provider value={{ refusal, mainField: mainField ?? null, says }}>
      <main id="main" className={wide ? 'wide' : undefined}>
        <ErrorSummary />
        {done ? <Notice kind="done">{done}</Notice> : null}
        {notDone ? <Notice kind="care">{notDone}</Notice> : null}
        <h1 lang={titleLanguage} dir={titleLanguage ? 'auto' : undefined}>
          {title}
        </h1>
        {children}
      </main>
    </RefusedContext.Provider>
  )
}

export const examples: Examples = {
  plain: (
    <Page title="My settings">
      <p>Something to read.</p>
    </Page>
  ),
  'after something was done': (
    <Page title="My settings" done="It is signed out.">
      <p>Something to read.</p>
    </Page>
  ),
  'after something was not done': (
    <Page title="My settings" notDone="We did not remove it, for you could not sign in without it.">
      <p>Something to read.</p>
    </Page>
  ),
}
