import { isShown, named, shownControls, shownTexts } from './elements.ts'

type Colour = [red: number, green: number, blue: number, alpha: number]

const LEAST_TEXT = 7 // WCAG 1.4.6
const LEAST_FRAME = 3 // WCAG 1.4.11
const LEAST_ON_PAPER = 4.5 // WCAG 1.4.3

/** Text that is too faint on its ground, and controls whose edge cannot be told from what is around them. */
export function faint(): string[] {
  return [...faintTexts(), ...faintFrames()]
}

function faintTexts(): string[] {
  const seen = new Set<string>()
  for (const { element, text } of shownTexts()) {
    if (element.closest('[disabled]')) continue
    const ratio = contrast(colour(getComputedStyle(element).color), groundOf(element))
    if (ratio < LEAST_TEXT) seen.add(`text ${ratio.toFixed(1)} : 1 <${element.tagName.toLowerCase()}> ${text.slice(0, 40)}`)
  }
  return [...seen]
}

function faintFrames(): string[] {
  return shownControls()
    .filter(control => control.matches('input:not([type=radio], [type=checkbox]), textarea, select, .button:not(.plain)'))
    .flatMap(control => {
      const around = groundOf(control.parentElement ?? document.body)
      const style = getComputedStyle(control)
      const hasEdge = style.borderTopStyle !== 'none' && Number.parseFloat(style.borderTopWidth) >= 1
      const edge = hasEdge ? contrast(colour(style.borderTopColor), around) : 0
      const ratio = Math.max(edge, contrast(groundOf(control), around))
      return ratio < LEAST_FRAME ? [`frame ${ratio.toFixed(1)} : 1 ${named(control)}`] : []
    })
}

/** Text that would be too pale when it is printed on white. */
export const paleTexts = (): string[] =>
  shownTexts()
    .filter(({ element }) => contrast(colour(getComputedStyle(element).color), groundOf(element)) < LEAST_ON_PAPER)
    .map(({ text }) => `too pale for paper: ${text.slice(0, 40)}`)

/** The ring around what has the focus, where it cannot be seen: the better of outline and shadow counts. */
export function faintFocus(): string[] {
  const before = document.activeElement
  const found = shownControls().flatMap(control => {
    control.focus({ preventScroll: true })
    const ratio = focusContrast(control)
    return ratio < LEAST_FRAME ? [`focus ${ratio.toFixed(1)} : 1 ${named(control)}`] : []
  })
  if (before instanceof HTMLElement) before.focus({ preventScroll: true })
  return found
}

export function focusContrast(control: Element): number {
  const style = getComputedStyle(control)
  const around = groundOf(control.parentElement ?? document.body)
  const hasOutline = style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 2
  const outline = hasOutline ? contrast(colour(style.outlineColor), around) : 0
  const shadow = style.boxShadow === 'none' ? 0 : contrast(colour(style.boxShadow), around)
  return Math.max(outline, shadow)
}

/** What is seen behind the text of an element, through whatever is transparent. */
function groundOf(element: Element): Colour {
  const layers: Colour[] = []
  for (let each: Element | null = element; each !== null; each = each.parentElement) {
    const layer = colour(getComputedStyle(each).backgroundColor)
    layers.push(layer)
    if (layer[3] === 1) break
  }
  const canvas: Colour = [255, 255, 255, 1]
  return layers.reduceRight((below, layer) => over(layer, below), canvas)
}

const over = ([red, green, blue, alpha]: Colour, below: Colour): Colour => [
  red * alpha + below[0] * (1 - alpha),
  green * alpha + below[1] * (1 - alpha),
  blue * alpha + below[2] * (1 - alpha),
  1,
]

/** The first colour of a computed value. */
function colour(computed: string): Colour {
  const found = /rgba?\(([^)]+)\)/.exec(computed)
  if (found === null) throw new Error(`This is not a colour that the checks can read: ${computed}`)
  const [red = 0, green = 0, blue = 0, alpha = 1] = found[1]!.split(/[,/\s]+/).map(Number)
  return [red, green, blue, alpha]
}

/** @see https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(one: Colour, other: Colour): number {
  const [darker = 0, lighter = 0] = [luminance(over(one, other)), luminance(other)].sort((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

function luminance([red, green, blue]: Colour): number {
  const linear = (part: number) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4)
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

/** Links and choices that only their colour tells apart from what is beside them. */
export function onlyColour(): string[] {
  const found: string[] = []
  for (const link of document.querySelectorAll<HTMLElement>('main a[href]:not(.button), footer a[href]')) {
    if (!isShown(link) || isUnderlined(link)) continue
    found.push(`link without a line under it: ${named(link)}`)
  }
  for (const current of document.querySelectorAll<HTMLElement>('[aria-current]')) {
    const other = current.closest('nav')?.querySelector('a:not([aria-current])')
    if (!other || !isShown(current)) continue
    const [here, there] = [getComputedStyle(current), getComputedStyle(other)]
    if (here.fontWeight === there.fontWeight) found.push(`only colour says where one is: ${named(current)}`)
  }
  for (const field of document.querySelectorAll('[aria-invalid=true]')) {
    const words = (field.getAttribute('aria-describedby') ?? '').split(' ').map(id => document.getElementById(id)?.textContent)
    if (words.join('').trim() === '') found.push(`no words say what is wrong: ${named(field)}`)
  }
  return found
}

const isUnderlined = (link: Element): boolean =>
  [link, ...link.querySelectorAll('*')].some(part => getComputedStyle(part).textDecorationLine.includes('underline'))
