/** What mail needs to look like itself. Nothing that moves things over others (position, transform, z-index) or fetches (url). */
const PROPERTIES = new Set([
  ...[
    'color',
    'background-color',
    'direction',
    'line-height',
    'letter-spacing',
    'white-space',
    'vertical-align',
    'list-style-type',
  ],
  ...['font', 'font-family', 'font-size', 'font-style', 'font-weight', 'font-variant'],
  ...['text-align', 'text-decoration', 'text-indent', 'text-transform'],
  ...['margin', 'margin-top', 'margin-right', 'margin-bottom', 'margin-left'],
  ...['padding', 'padding-top', 'padding-right', 'padding-bottom', 'padding-left'],
  ...['border', 'border-top', 'border-right', 'border-bottom', 'border-left', 'border-color', 'border-style', 'border-width'],
  ...[
    'border-collapse',
    'border-spacing',
    'border-radius',
    'width',
    'max-width',
    'min-width',
    'height',
    'max-height',
    'table-layout',
  ],
])
/** Words, numbers, colors, quoted font names. No backslash (CSS escapes), no @, no colon, no slash but in `font`. */
const VALUE = /^[a-z0-9#%.,()'"!/ +-]+$/i
// The look behind lets each run of letters be tried once, from its beginning, and not again from every letter in it.
const FUNCTION = /(?<![a-z-])([a-z-]*)\(/gi
const FUNCTIONS = new Set(['rgb', 'rgba', 'hsl', 'hsla'])

/** Of an inline style, the declarations that are certainly harmless; empty when there are none. */
export function safeStyle(style: string): string {
  return style
    .split(';')
    .map(declaration => declaration.split(':', 2).map(half => half.trim()) as [string, string?])
    .filter(([property, value]) => value !== undefined && PROPERTIES.has(property.toLowerCase()) && isHarmless(value))
    .map(([property, value]) => `${property.toLowerCase()}: ${value}`)
    .join('; ')
}

const isHarmless = (value: string): boolean =>
  VALUE.test(value) && [...value.matchAll(FUNCTION)].every(([, name]) => FUNCTIONS.has(name!.toLowerCase()))
