import { describe, expect, test } from 'vitest'
import { isTooElaborate } from '../../../server/intake/html-shape.ts'

const many = (html: string, count: number) => html.repeat(count)

describe('too elaborate to be a letter', () => {
  test.each([
    ['elements nested by the thousand', many('<div>', 80_000)],
    ['unclosed ones', many('<b>', 100_000)],
    ['tables in tables', many('<table><tr><td>', 20_000)],
    ['in big letters', many('<DIV>', 400)],
    ['behind an attribute with a stray quotation mark', `<b a"b>${many('<i>', 400)}`],
    ['behind a comment with one', `<!-- a=" -->${many('<i>', 400)}`],
    ['behind a doctype with one', `<!doctype a=">${many('<i>', 400)}`],
    ['behind an end that was none', `${many('</div>', 1_000)}${many('<div>', 400)}`],
    ['attributes by the hundred', `<p ${many('a=1 ', 101)}>`],
    ['attributes without spaces', `<p ${many('a="1"', 101)}>`],
    ['attributes with slashes between', `<p/${many('a/', 101)}>`],
    ['tags by the ten thousand', many('<p>x', 30_001)],
  ])('%s', (_what, html) => expect(isTooElaborate(html)).toBe(true))
})

describe('a letter', () => {
  test.each([
    ['of half a megabyte of paragraphs', many('<p style="color: #333; margin: 0">A line of words.<br>', 9_000)],
    ['with a long list', `<ul>${many('<li>one', 10_000)}</ul>`],
    ['with a long table', `<table>${many('<tr><td>1<td>2</tr>', 7_000)}</table>`],
    ['that answers a hundred answers', `${many('<blockquote><div>', 100)}x${many('</div></blockquote>', 100)}`],
    ['with a picture in it', `<img alt="a > b" src="data:image/png;base64,${many('AAAA', 100_000)}">`],
    ['with words that look like tags', many('1 < 2 and 3 <4 ', 20_000)],
    ['cut off in a tag', '<p style="color'],
    ['of nothing', ''],
  ])('%s', (_what, html) => expect(isTooElaborate(html)).toBe(false))
})

test('half a megabyte of anything is looked through in one pass', () => {
  for (const piece of ['<', '<!--', '<a ', '<a b="', "='", '<a/', '">', '<p =', '='])
    isTooElaborate(many(piece, 500_000 / piece.length))
})
