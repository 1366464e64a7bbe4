// Mail of half a megabyte has some ten thousand tags; answers to answers nest a hundred deep.
const MOST_TAGS = 30_000
const DEEPEST = 300
const MOST_ATTRIBUTES = 100

/** Elements that have no end, or whose end may be left out: in honest mail they stay open by the thousand. */
const UNCLOSED = new Set(
  'area base br col embed hr img input link meta param source track wbr p li dt dd td th tr thead tbody tfoot colgroup option'.split(
    ' ',
  ),
)

/**
 * Whether this HTML would cost a parser much more than it weighs: tens of thousands of nested elements, or of attributes in one tag,
 * take it minutes. One pass that understands no more of HTML than it must; what it overlooks, the time limit of the sanitizer ends.
 */
export function isTooElaborate(html: string): boolean {
  let [tags, depth] = [0, 0]
  for (let at = html.indexOf('<'); at !== -1; at = html.indexOf('<', at)) {
    const { end, attributes } = tagAt(html, at)
    const [, slash = '', name = ''] = /^<(\/?)([a-z][a-z0-9]{0,15})/i.exec(html.slice(at, at + 20)) ?? []
    at = end
    if (name === '') continue
    if (!UNCLOSED.has(name.toLowerCase())) depth = slash === '' ? depth + 1 : Math.max(0, depth - 1)
    if (++tags > MOST_TAGS || depth > DEEPEST || attributes > MOST_ATTRIBUTES) return true
  }
  return false
}

interface Tag {
  end: number
  attributes: number
}

function tagAt(html: string, start: number): Tag {
  if (html.startsWith('<!--', start)) return { end: after(html, '-->', start + 2), attributes: 0 }
  if (/[!?]/.test(html[start + 1] ?? '')) return { end: after(html, '>', start + 1), attributes: 0 }
  return elementAt(html, start)
}

/** Where the tag ends, and how many attributes are in it. Quotation marks hold something together only where a value begins. */
function elementAt(html: string, start: number): Tag {
  let attributes = 0
  let state: 'word' | 'between' | 'value' = 'word' // first comes the name of the element
  for (let at = start + 1; at < html.length; at++) {
    const character = html[at]!
    if (character === '>') return { end: at + 1, attributes }
    if (/[\s/]/.test(character)) {
      if (state === 'word') state = 'between'
    } else if (character === '=') state = 'value'
    else if (state === 'value' && (character === '"' || character === "'")) {
      at = after(html, character, at + 1) - 1
      state = 'between'
    } else {
      if (state === 'between') attributes++
      state = 'word'
    }
  }
  return { end: html.length, attributes }
}

/** The place behind the next of these marks, or behind everything. */
function after(html: string, mark: string, from: number): number {
  const at = html.indexOf(mark, from)
  return at === -1 ? html.length : at + mark.length
}
