import type { PageContext } from '../server/page-context.ts'
import type { Visitor } from '../server/sign-in/visitor.ts'
import { AS_THE_DEVICE } from './display.ts'
import type { Standing, Surroundings } from './language/words.ts'
import { languageOf, languageOrPseudo } from './language/words.ts'
import { referenceOf } from './report.ts'

/** What is around the page that is asked for. */
export function surroundingsOf(page: PageContext): Surroundings {
  const { visitor, language, display, formToken, nonce, origin, development } = page
  return {
    language: development ? languageOrPseudo(language) : languageOf(language),
    display: display ?? AS_THE_DEVICE,
    timeZone: visitor?.timeZone ?? 'UTC',
    formToken: formToken(),
    nonce,
    standing: standingOf(visitor),
    // Whoever has shown only a mailbox is not told whose it is.
    name: visitor?.level === 'full' ? visitor.name : '',
    host: new URL(origin).host,
    development,
    incident: referenceOf(page),
    query: '',
    keepsCookies: page.keepsCookies,
    codesShown: false,
    formBack: null,
  }
}

function standingOf(visitor: Visitor | null): Standing {
  if (!visitor) return 'nobody'
  if (visitor.level !== 'full') return 'partly'
  return visitor.person.kind === 'recipient' ? 'reader' : (visitor.role ?? 'nobody')
}
