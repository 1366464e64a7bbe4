/** What sticks out of the page, or is cut off by its own box. It needs nothing else of this folder, so that it can be run alone. */
export function spills(root: Element = document.documentElement): string[] {
  const found: string[] = []
  if (root.scrollWidth > root.clientWidth) {
    // Whoever reaches farthest is what to look at.
    const boxes = [...root.querySelectorAll('main *')].map(each => [each, each.getBoundingClientRect().right] as const)
    const [widest] = boxes.sort(([, one], [, other]) => other - one)[0] ?? [root]
    found.push(
      `the page, by ${root.scrollWidth - root.clientWidth} pixels: <${widest.tagName.toLowerCase()} class="${widest.className}">`,
    )
  }
  for (const element of root.querySelectorAll('main *, header *, footer *')) {
    // What is typed into a field moves within it.
    if (element.matches('input, textarea') || element.closest('.unseen')) continue
    const { overflowX, overflowY } = getComputedStyle(element)
    const isCut = (overflow: string) => overflow === 'hidden' || overflow === 'clip'
    const isTooWide = isCut(overflowX) && element.scrollWidth > element.clientWidth + 1
    if (isTooWide || (isCut(overflowY) && element.scrollHeight > element.clientHeight + 1))
      found.push(`<${element.tagName.toLowerCase()} class="${element.className}">`)
  }
  return found
}

/** As somebody sets it who reads better so: WCAG 1.4.12. */
export function spaceOut(): void {
  const style = document.createElement('style')
  style.textContent = `* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
    p { margin-block-end: 2em !important }`
  document.head.append(style)
}

/** Letters twice as large, and nothing else: WCAG 1.4.4. */
export function enlarge(): void {
  document.documentElement.style.fontSize = '200%'
}
