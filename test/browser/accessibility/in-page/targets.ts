import { named, shownControls } from './elements.ts'

const LEAST = 44 // CSS pixels, WCAG 2.5.5
const LEAST_IN_TEXT = 24 // WCAG 2.5.8 asks for nothing there; the distance of lines is what keeps fingers apart

/** Controls too small for an unsteady finger. What belongs to a label is as large as both together. */
export function small(): string[] {
  return shownControls().flatMap(control => {
    const least = isInText(control) ? LEAST_IN_TEXT : LEAST
    const { width, height } = areaOf(control)
    return width + 0.5 < least || height + 0.5 < least
      ? [`${Math.round(width)} × ${Math.round(height)} instead of ${least}: ${named(control)}`]
      : []
  })
}

function areaOf(control: HTMLElement): { width: number; height: number } {
  const boxes = [control.getBoundingClientRect()]
  if (control instanceof HTMLInputElement && /^(radio|checkbox)$/.test(control.type))
    boxes.push(...[...(control.labels ?? [])].map(label => label.getBoundingClientRect()))
  const width = Math.max(...boxes.map(box => box.right)) - Math.min(...boxes.map(box => box.left))
  const height = Math.max(...boxes.map(box => box.bottom)) - Math.min(...boxes.map(box => box.top))
  return isInText(control) ? { width: Math.max(width, LEAST_IN_TEXT), height: lineHeightOf(control) } : { width, height }
}

const lineHeightOf = (control: Element): number => Number.parseFloat(getComputedStyle(control).lineHeight)

/** A link within a sentence: there are other words in its line. */
function isInText(control: Element): boolean {
  if (!control.matches('a') || getComputedStyle(control).display !== 'inline') return false
  const block = control.closest('p, li, dd, td, label, h1, h2, h3')
  const others = block?.cloneNode(true) as Element | undefined
  for (const link of others?.querySelectorAll('a, .unseen') ?? []) link.remove()
  return /\p{L}/u.test(others?.textContent ?? '')
}
