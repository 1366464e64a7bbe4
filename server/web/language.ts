/** Languages the pages and letters exist in. The first is what people get who ask for none of them. */
const LANGUAGES = ['en', 'es'] as const

/** Of `es-MX` the `es`. */
const primary = (tag: string): string => tag.toLowerCase().split('-')[0] ?? ''

const isOurs = (tag: string | null | undefined): tag is string => LANGUAGES.some(ours => ours === tag)

/** Languages that nobody speaks. A link may name them, to look at a page as it is without cookies; in production they are English. */
const PSEUDO = ['en-XA', 'ar-XB']

const isHint = (tag: string | null | undefined): tag is string => PSEUDO.some(each => each === tag) || isOurs(tag)

/** What is known of the language that somebody reads. */
export interface LanguageClues {
  visitor: { language: string; choseLanguage: boolean } | null
  /** Chosen in this browser. */
  cookie: string | null
  /** Of the link they came by: what their clinic believes. `address`: in that of this page; `cookie`: of one that was followed before. */
  hint: { address: string | null; cookie: string | null }
  /** Accept-Language. */
  header: string | null
}

/**
 * The language of a page: what the person chose for themselves, what was chosen in this browser, what the link of their notice says,
 * what their newest deposit said, what the browser asks for.
 *
 * @returns a BCP 47 tag. What was chosen is given as it was chosen, whether we have it or not.
 */
export function pageLanguage({ visitor, cookie, hint, header }: LanguageClues): string {
  const chosen = visitor?.choseLanguage ? visitor.language : cookie
  const hinted = [hint.address, hint.cookie].find(isHint)
  const said = visitor && primary(visitor.language)
  return chosen ?? hinted ?? (isOurs(said) ? said : negotiateLanguage(header))
}

/** A hint that we can follow, or null: what stands in an address is anybody's word. */
export const languageHint = (address: string): string | null => {
  const hint = new URL(address).searchParams.get('language')
  return isHint(hint) ? hint : null
}

/**
 * The first language of an Accept-Language header that we have; by weight, then by place.
 *
 * @see RFC 9110, section 12.5.4
 */
export function negotiateLanguage(header: string | null): string {
  const wishes = (header ?? '')
    .slice(0, 500)
    .split(',')
    .map(part => {
      const [tag = '', ...parameters] = part.split(';').map(word => word.trim().toLowerCase())
      const weight = parameters.find(word => word.startsWith('q='))
      return { language: tag.split('-')[0] ?? '', weight: weight === undefined ? 1 : Number(weight.slice(2)) || 0 }
    })
    .filter(wish => wish.weight > 0)
    .sort((a, b) => b.weight - a.weight)
  return wishes.map(wish => wish.language).find(language => LANGUAGES.some(ours => ours === language)) ?? LANGUAGES[0]
}
