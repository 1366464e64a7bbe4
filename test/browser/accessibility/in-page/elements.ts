// What the checks share. All of this folder runs in the page that is looked at, as one script: see ../bundle.ts.

/** What can be pressed, typed into or followed. */
const CONTROLS = 'a[href], button, input:not([type=hidden]), textarea, select, summary, [tabindex="0"]'

/** Kept for ears alone, or out of sight until it has the focus. */
const UNSEEN = '.unseen, .skip:not(:focus)'

export function isShown(element: Element): boolean {
  const { width, height } = element.getBoundingClientRect()
  return width > 0 && height > 0 && element.checkVisibility({ visibilityProperty: true }) && !element.closest(UNSEEN)
}

export const shownControls = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(CONTROLS)].filter(isShown)

/** An element in words that find it on the page. */
export function named(element: Element): string {
  const words = (element.textContent?.trim() || element.getAttribute('name') || element.id).replaceAll(/\s+/g, ' ').slice(0, 40)
  return `<${element.tagName.toLowerCase()}> ${words}`
}

/** Every text that is seen, with the element it stands in. */
export function shownTexts(root: Element = document.body): { element: Element; text: string }[] {
  const texts: { element: Element; text: string }[] = []
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent?.trim() ?? ''
    const element = walker.currentNode.parentElement
    if (text !== '' && element !== null && !element.matches('script, style') && isShown(element)) texts.push({ element, text })
  }
  return texts
}
