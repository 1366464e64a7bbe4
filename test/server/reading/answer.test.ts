import { expect, test } from 'vitest'
import { ANSWER_LIMITS, checkAnswer } from '../../../server/answer.ts'
import { answerSubject } from '../../../server/thread.ts'

const file = (name: string, bytes: Uint8Array = new TextEncoder().encode('one two')) => ({ name, type: 'text/html', bytes })
const answer = (text: string, files = [file('note.txt')]) => checkAnswer({ text, files })

test.each([
  ['Result', 'Re: Result'],
  ['Re: Result', 'Re: Result'],
  ['RE: re:Re: Result', 'Re: Result'],
  ['Reset of the pump', 'Re: Reset of the pump'],
  ['', 'Re:'],
  ['Re: ', 'Re:'],
])('the answer to "%s" is called "%s"', (subject, called) => {
  expect(answerSubject(subject)).toBe(called)
})

test('the subject of an answer is never too long to be deposited, nor cut through a character', () => {
  expect(answerSubject('x'.repeat(200))).toHaveLength(200)
  const cut = answerSubject(`${'x'.repeat(194)}😀😀😀`)
  expect(cut.length).toBeLessThanOrEqual(200)
  expect(cut.isWellFormed()).toBe(true)
})

test('an answer keeps its words, with plain line ends, and its files get the type that they are', async () => {
  expect(await answer('One\r\ntwo\rthree')).toEqual({
    text: 'One\ntwo\nthree',
    files: [{ ...file('note.txt'), type: 'text/plain' }],
  })
})

test.each([
  ['nothing', () => answer(''), 'text'],
  ['white space', () => answer(' \n\t'), 'text'],
  ['too much', () => answer('x'.repeat(ANSWER_LIMITS.text + 1)), 'text'],
  ['a control character', () => answer('a\u0000b'), 'text'],
  ['half a character', () => answer('a\ud83d'), 'text'],
  ['a file with a path for a name', () => answer('Here', [file('../note.txt')]), 'files'],
  ['a file whose name turns its ending round', () => answer('Here', [file('note\u202egpj.exe')]), 'files'],
  ['a file name of two lines', () => answer('Here', [file('note\r\nX: y.txt')]), 'files'],
  ['eleven files', () => answer('Here', Array(11).fill(file('a.txt'))), 'files'],
])('an answer with %s is refused, and says where', async (_, asked, field) => {
  await expect(asked()).rejects.toMatchObject({ code: 'invalid', fields: [{ field }] })
})

test('twenty thousand characters, ten files and 20 MB are not too much', async () => {
  const files = Array.from({ length: 10 }, (_, i) => file(`${i}.txt`, new Uint8Array(ANSWER_LIMITS.fileBytes / 10)))
  const { text } = await answer('x'.repeat(ANSWER_LIMITS.text), files)
  expect(text).toHaveLength(ANSWER_LIMITS.text)
})

test('one byte more is', async () => {
  const files = [file('a.bin', new Uint8Array(ANSWER_LIMITS.fileBytes)), file('b.bin', new Uint8Array(1))]
  await expect(answer('Here', files)).rejects.toMatchObject({ code: 'too_large' })
})
