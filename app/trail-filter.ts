/** What the trail page is asked to show. */
export interface Filter {
  object?: string | undefined
  actor?: string | undefined
  action?: string | undefined
  /** Only entries with a smaller index. */
  before?: number | undefined
}

/** The filter that the page's address holds; what is empty or no number filters nothing. */
export function trailFilter(query: URLSearchParams): Filter {
  const before = /^\d{1,15}$/.test(query.get('before') ?? '') ? Number(query.get('before')) : undefined
  const word = (name: string) => query.get(name)?.trim() || undefined
  return { object: word('object'), actor: word('actor'), action: word('action'), before }
}
