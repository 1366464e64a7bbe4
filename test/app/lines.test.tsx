import { expect, test } from 'vitest'
import { Lines } from '../../app/ui/Lines.tsx'
import { documentWith } from './rendered.tsx'

const elementsIn = (text: string): number => documentWith(<Lines text={text} />).match(/<(br|p)\b/g)?.length ?? 0

test('each line of a long letter ends where its writer ended it', () => {
  expect(elementsIn(`${'line\n'.repeat(998)}\nlast`)).toBe(2 + 997)
  expect(elementsIn('line\n'.repeat(1_999))).toBe(1 + 1_999)
})

test.each([200_000, 2_000])('of %i line ends no element is made, and nothing of the text is left out', count => {
  const text = `first${'\n'.repeat(count)}last`
  expect(elementsIn(text)).toBe(0)
  expect(documentWith(<Lines text={text} />)).toContain(text)
})
