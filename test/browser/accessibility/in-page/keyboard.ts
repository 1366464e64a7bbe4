import { focusContrast } from './contrast.ts'
import { named, shownControls } from './elements.ts'

interface Stop {
  element: Element
  problems: string[]
}

let stops: Stop[] = []

/** Goes back to before the first control and notes, at each further key, what had the focus. @returns how many keys it will take */
export function beginTabbing(): number {
  stops = []
  document.body.tabIndex = -1
  document.body.focus()
  document.body.removeAttribute('tabindex')
  document.addEventListener('keydown', note, { capture: true })
  return expected().length + 2
}

/** What somebody would say who has gone through the page with the Tab key alone. */
export function endTabbing(): string[] {
  document.removeEventListener('keydown', note, { capture: true })
  const [start, ...rest] = stops
  const wanted = expected()
  const visited = rest.slice(0, wanted.length)
  const elements = visited.map(({ element }) => element)
  const found = start?.element === document.body ? [] : ['the first key does not begin at the top']
  const last = elements.at(-1)
  if (last && rest[wanted.length]?.element === last) found.push(`cannot be left: ${named(last)}`)
  for (const control of wanted) if (!elements.some(each => isSame(each, control))) found.push(`never reached: ${named(control)}`)
  for (const [index, element] of elements.entries()) {
    if (elements.indexOf(element) !== index) found.push(`comes round again before all were seen: ${named(element)}`)
    const before = elements[index - 1]
    if (before !== undefined && comesBefore(element, before))
      found.push(`out of reading order: ${named(element)} after ${named(before)}`)
  }
  return [...found, ...visited.flatMap(({ problems }) => problems)]
}

/** One stop for all buttons of one choice. */
function expected(): HTMLElement[] {
  const groups = new Set<string>()
  // Seen only while it has the focus, and it comes first.
  const skip = document.querySelectorAll<HTMLElement>('.skip')
  return [...new Set([...skip, ...shownControls()])].filter(control => {
    if (!(control instanceof HTMLInputElement) || control.type !== 'radio') return !control.matches('[disabled]')
    const isFirst = !groups.has(control.name)
    groups.add(control.name)
    return isFirst
  })
}

const isSame = (one: Element, other: Element): boolean =>
  one === other ||
  (one instanceof HTMLInputElement && other instanceof HTMLInputElement && one.type === 'radio' && one.name === other.name)

/** Runs at the next key, when the browser has brought what has the focus into sight. */
function note(event: KeyboardEvent): void {
  if (event.key !== 'Tab') return
  const element = document.activeElement ?? document.body
  stops.push({ element, problems: element === document.body ? [] : problemsAt(element) })
}

function problemsAt(element: Element): string[] {
  const found: string[] = []
  if (!element.matches(':focus-visible') || focusContrast(element) < 3) found.push(`focus cannot be seen: ${named(element)}`)
  if (isObscured(element)) found.push(`focus is hidden behind something: ${named(element)}`)
  return found
}

/** WCAG 2.4.12: no part of it is covered or out of sight. Rounded corners belong to nobody, so none is asked. */
function isObscured(element: Element): boolean {
  const box = element.getClientRects()[0]
  if (box === undefined) return true
  const quarters = [0.25, 0.5, 0.75]
  return quarters.some(across =>
    quarters.some(down => {
      const hit = document.elementFromPoint(box.left + box.width * across, box.top + box.height * down)
      return hit === null || !(element.contains(hit) || hit.contains(element))
    }),
  )
}

/** Whether somebody who reads from the top, and along the line, meets `one` before `other`. */
function comesBefore(one: Element, other: Element): boolean {
  const [a, b] = [placeOf(one), placeOf(other)]
  if (one.matches('.skip') || other.matches('.skip')) return false
  if (a.bottom <= b.top + 1) return true
  if (a.top >= b.bottom - 1) return false
  return document.documentElement.dir === 'rtl' ? a.right > b.right + 1 : a.left < b.left - 1
}

const placeOf = (element: Element): DOMRect => element.getClientRects()[0] ?? element.getBoundingClientRect()
