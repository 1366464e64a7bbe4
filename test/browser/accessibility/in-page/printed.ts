import { paleTexts } from './contrast.ts'
import { isShown, named } from './elements.ts'

/** On paper: all that the page says, and nothing that can only be pressed. */
export function printed(): string[] {
  const pressed = [...document.querySelectorAll('header, nav, footer, button, input:not([type=hidden]), textarea, .skip')]
  const found = pressed.filter(isShown).map(element => `on paper: ${named(element)}`)
  for (const content of document.querySelectorAll('h1, .letter, .facts, .codes'))
    if (!isShown(content)) found.push(`not on paper: ${named(content)}`)
  return [...found, ...paleTexts()]
}
