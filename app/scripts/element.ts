/**
 * An element that is of use only where scripts run, made by one: a page that came with it would offer it to whoever has none, for text
 * browsers know nothing of `hidden`, `<dialog>` and `<template>`. Its words stand in `data-` attributes of the page.
 */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Record<string, string> = {},
  ...inside: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name)
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value)
  made.append(...inside)
  return made
}

/** A form that acts (ui/Form.tsx), to where `data-to` says, with the word of `data-token`. */
export const ownForm = ({ dataset }: HTMLElement, ...inside: Node[]): HTMLFormElement =>
  element('form', { method: 'post', action: dataset.to ?? '' }, hiddenField('form_token', dataset.token), ...inside)

export const hiddenField = (name: string, value = ''): HTMLInputElement => element('input', { type: 'hidden', name, value })

export const mainButton = (words = ''): HTMLButtonElement => element('button', { type: 'submit', class: 'button main' }, words)

/** For ears alone. */
export const unseen = (words: string): HTMLElement => element('span', { class: 'unseen' }, words)
