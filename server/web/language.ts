/** Languages the pages and letters exist in. The first is what people get who ask for none of them. */
const LANGUAGES = ['en', 'es'] as const

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
