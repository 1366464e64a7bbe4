import { element } from './element.ts'

/** Lets whoever types a passphrase (ui/PassphraseField.tsx) see what they type: on a small phone, with stiff fingers, most need to. */
for (const place of document.querySelectorAll<HTMLElement>('[data-shows]')) prepare(place)

function prepare(place: HTMLElement): void {
  const field = document.getElementById(place.dataset.shows ?? '')
  if (!(field instanceof HTMLInputElement)) return
  const box = element('input', { type: 'checkbox' })
  place.append(element('label', { class: 'choice' }, box, ' ', element('span', {}, place.dataset.label ?? '')))
  box.addEventListener('change', () => {
    field.type = box.checked ? 'text' : 'password'
  })
}
