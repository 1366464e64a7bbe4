import { expect, test } from 'vitest'
import { loader } from '../../app/routes/messages.search.tsx'

const ANSWER = { words: 'walk', found: { lines: [], looked: 0, isMore: false } }

/** What the page is told when it is asked for like this. */
async function answerTo(path: string, headers: Record<string, string>): Promise<unknown> {
  const portal = { keptSearch: async () => ANSWER, listSenders: async () => [] }
  const context = { portal, requireKnown: () => undefined, requireReader: () => ({}) }
  const request = new Request(`http://localhost${path}`, { headers })
  return (await loader({ request, context, params: {} } as unknown as Parameters<typeof loader>[0])).answer
}

test.each(['same-origin', 'none', undefined])(
  'whoever comes by our own pages, or by Back, finds what they looked for (%s)',
  async site => {
    expect(await answerTo('/messages/search?found=yes', site ? { 'sec-fetch-site': site } : {})).toEqual(ANSWER)
    expect(await answerTo('/messages/search', site ? { 'sec-fetch-site': site } : {})).toBeNull()
  },
)

test.each(['cross-site', 'same-site'])('whom another site leads there has nothing looked for (%s)', async site => {
  expect(await answerTo('/messages/search?found=yes', { 'sec-fetch-site': site })).toBeNull()
})
