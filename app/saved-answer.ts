import type { PageContext } from '../server/page-context.ts'
import type { DraftView } from '../server/views.ts'
import { tell } from './language/moment.ts'
import { tellSize } from './language/size.ts'
import { spoken } from './language/words.ts'
import { surroundingsOf } from './surroundings.ts'

/** What the script of the page is told of what was saved, in the reader's words. */
export interface SavedAnswer {
  version: string
  said: string
  files: { id: string; name: string; size: string }[]
}

export function savedAnswer({ version, savedAt, files }: DraftView, context: PageContext): Response {
  const { language, timeZone } = surroundingsOf(context)
  const { words, locale } = spoken(language)
  const answer: SavedAnswer = {
    version,
    said: words.draft.savedAt(tell(savedAt, locale, timeZone, 'time')),
    files: files.map(({ id, name, size }) => ({ id, name, size: tellSize(size, locale) })),
  }
  return Response.json(answer)
}
