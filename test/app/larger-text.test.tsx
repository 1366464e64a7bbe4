import { expect, test } from 'vitest'
import { examples } from '../../app/ui/OpenedMessage.tsx'
import { documentWith } from './rendered.tsx'

const linksOf = (example: string, textSize: 'normal' | 'large') =>
  [
    ...documentWith(examples[example]!, { display: { textSize, contrast: 'device', theme: 'device' } }).matchAll(
      />([^<]*text[^<]*)<\/a>/g,
    ),
  ].map(([, words]) => words)

test('larger text is offered to who has it not yet, on this message and then on all pages', () => {
  expect(linksOf('text', 'normal')).toContain('Larger text')
  expect(linksOf('text', 'large')).not.toContain('Larger text')
  expect(linksOf('formatted', 'normal')).toContain('Larger text on all pages')
  expect(linksOf('formatted', 'large')).not.toContain('Larger text on all pages')
})
