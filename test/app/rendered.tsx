import type { ReactElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { NOWHERE, type Surroundings, SurroundingsContext } from '../../app/language/words.ts'

/** A component as a whole page of its own, so that it can be validated and looked at by itself. */
export function documentWith(example: ReactElement, surroundings: Partial<Surroundings> = {}): string {
  const body = renderToStaticMarkup(
    <SurroundingsContext.Provider value={{ ...NOWHERE, timeZone: 'America/New_York', formToken: 'token', ...surroundings }}>
      {example}
    </SurroundingsContext.Provider>,
  )
  const main = body.includes('<main') ? body : `<main><h1>Example</h1>${body}</main>`
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Example</title></head><body>${main}</body></html>`
}
