import type { ReactNode } from 'react'
import { colorScheme, displayAttributes } from './display.ts'
import type { Surroundings } from './language/words.ts'
import { SurroundingsContext, spoken } from './language/words.ts'
import styles from './styles/pages.css?url'
import { Frame } from './ui/Frame.tsx'
import { TimeOut } from './ui/TimeOut.tsx'

interface DocumentProps {
  surroundings: Surroundings
  path: string
  /** Of the page; never the subject of a message, which would stay behind in the browser's history. */
  title: string | undefined
  children: ReactNode
}

/** The document around every page. */
export function Document({ surroundings, path, title, children }: DocumentProps) {
  const { language, standing, display } = surroundings
  const { words, direction } = spoken(language)
  const named = title ? `${title} · ${words.portal}` : words.portal
  return (
    <html lang={language} dir={direction} {...displayAttributes(display)}>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex, nofollow" />
        <meta name="color-scheme" content={colorScheme(display)} />
        <title>{surroundings.formBack ? `${words.problem.error} ${named}` : named}</title>
        <link rel="stylesheet" href={styles} />
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
      </head>
      <body>
        <SurroundingsContext.Provider value={surroundings}>
          <Frame path={path}>{children}</Frame>
          {standing === 'nobody' ? null : <TimeOut path={path} />}
        </SurroundingsContext.Provider>
      </body>
    </html>
  )
}
