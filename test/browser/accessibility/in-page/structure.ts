import { isShown, named } from './elements.ts'

/** What somebody who hears the page goes by: landmarks, headings, languages, order. */
export function structure(): string[] {
  return [...landmarks(), ...headings(), ...order(), ...summary(), ...liveRegions()]
}

function landmarks(): string[] {
  const found: string[] = []
  for (const name of ['main', 'body > header', 'body > footer', '.skip'])
    if (document.querySelectorAll(name).length !== 1) found.push(`${document.querySelectorAll(name).length} times ${name}`)
  for (const nav of document.querySelectorAll('nav')) if (!nav.getAttribute('aria-label')) found.push('a menu without a name')
  const places = ['.skip', 'body > header', 'main', 'body > footer'].map(name => document.querySelector(name))
  for (const [index, place] of places.entries()) {
    const next = places[index + 1]
    if (place && next && !(place.compareDocumentPosition(next) & Node.DOCUMENT_POSITION_FOLLOWING))
      found.push(`${named(next)} comes too early`)
  }
  const skip = document.querySelector('.skip')?.getAttribute('href') ?? ''
  if (!document.querySelector(`main${skip}`)) found.push('the way past the menu leads nowhere')
  return found
}

function headings(): string[] {
  const levels = [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')]
    .filter(isShown)
    // What went wrong or was done just now stands before the page's own heading.
    .filter(heading => !heading.closest('.summary, .notice'))
    .map(heading => ({ heading, level: Number(heading.tagName[1]) }))
  const found = document.querySelectorAll('h1').length === 1 ? [] : [`${document.querySelectorAll('h1').length} first headings`]
  for (const [index, { heading, level }] of levels.entries())
    if (level > (levels[index - 1]?.level ?? 0) + 1) found.push(`a level is left out: ${named(heading)}`)
  return found
}

/** What is drawn in another order than it is told in. */
const order = (): string[] =>
  [...document.querySelectorAll('body *')].flatMap(element => {
    const { order, flexDirection, float } = getComputedStyle(element)
    return order !== '0' || flexDirection.endsWith('reverse') || float !== 'none' ? [`another order: ${named(element)}`] : []
  })

/** The form that came back says so first, and each line leads to its field. */
function summary(): string[] {
  const summary = document.querySelector('.summary')
  if (summary === null) return document.querySelector('[aria-invalid=true]') ? ['a wrong field and no summary'] : []
  const found = document.activeElement === summary ? [] : ['the summary has not the focus']
  // It is what a screen reader says first of a page, in Spanish and in languages that nobody speaks, too.
  if (!/^\W?[EÉ]rr[oó]r:/.test(document.title)) found.push('the title does not say that the form came back')
  if (document.querySelector('main')?.firstElementChild !== summary) found.push('the summary does not come first')
  for (const link of summary.querySelectorAll('a')) {
    const field = document.getElementById(link.hash.slice(1))
    if (!field?.matches('input, textarea, select, fieldset, [tabindex]')) found.push(`leads to no field: ${named(link)}`)
    else if (!field.matches('fieldset') && !field.closest('[aria-invalid=true]') && !field.querySelector('[aria-invalid]'))
      found.push(`not marked as wrong: ${named(field)}`)
  }
  return found
}

/** Where scripts change words without loading anything, there is a place that is read out. */
const liveRegions = (): string[] =>
  [...document.querySelectorAll('[data-passkey]')]
    .filter(block => !block.querySelector('[role=status]'))
    .map(block => `nothing is read out: ${named(block)}`)

let unheard: string[] = []
let watching: MutationObserver | null = null

/** From now on notes words that change where nobody would hear of it. */
export function watchWords(): void {
  unheard = []
  watching = new MutationObserver(changes => {
    for (const { target, addedNodes } of changes) {
      const where = target instanceof Element ? target : target.parentElement
      const words = [...addedNodes].map(node => node.textContent ?? '').join('') || (where?.textContent ?? '')
      if (/\S/.test(words) && where && !where.closest('[role=status], [role=alert], [aria-live], dialog')) unheard.push(words)
    }
  })
  watching.observe(document.body, { subtree: true, childList: true, characterData: true })
}

export function unheardWords(): string[] {
  watching?.disconnect()
  return unheard
}
