import { describe, expect, test } from 'vitest'
import { fileNameProblem, lineProblem } from '../../server/plain-text.ts'

describe('a line that shows nothing is empty', () => {
  test.each(['', ' ', '\u00a0', '\u200b', '\u00ad', '\u3164', '\u034f', '\u200e\u200f', '\u2800', '\ufeff', ' \u2060 \u180e'])(
    '%j',
    text => {
      expect(lineProblem(text, 100)).toBe('This must not be empty.')
      expect(fileNameProblem(text, 100)).not.toBeNull()
    },
  )
})

describe('a line that shows something stays as it is', () => {
  test.each(['Ada', 'نتيجة\u200f', '👩\u200d⚕️', 'می\u200cخواهم', 'Re: …'])('%j', text =>
    expect(lineProblem(text, 100)).toBeNull(),
  )
})
