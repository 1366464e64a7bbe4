import { browserSupportsWebAuthn, startAuthentication, startRegistration } from '@simplewebauthn/browser'

/**
 * The passkey ceremony of ui/PasskeyButton.tsx: ask the portal what is to be signed, let the person do what the device asks, send the
 * answer as an ordinary form. The page works without it; the button is then not there.
 */
for (const block of document.querySelectorAll<HTMLElement>('[data-passkey]')) prepare(block)
for (const choice of document.querySelectorAll<HTMLElement>('[data-shows]')) prepareShowing(choice)

function prepare(block: HTMLElement): void {
  const form = block.querySelector('form')
  const status = block.querySelector<HTMLElement>('[role=status]')
  const button = block.querySelector('button')
  if (!form || !status || !button || !browserSupportsWebAuthn()) return
  block.hidden = false
  for (const without of document.querySelectorAll<HTMLElement>('[data-without-passkey]')) without.hidden = true
  const say = (words: string | undefined) => {
    status.textContent = words ?? ''
    status.hidden = false
  }
  form.addEventListener('submit', event => {
    event.preventDefault()
    button.disabled = true
    say(block.dataset.wait)
    perform(form, block.dataset.passkey === 'use').catch((error: unknown) => {
      say(wasCancelled(error) ? block.dataset.cancelled : block.dataset.failed)
      button.disabled = false
      button.focus()
    })
  })
}

async function perform(form: HTMLFormElement, uses: boolean): Promise<void> {
  const path = new URL(form.action)
  path.pathname += '/options'
  const answer = await fetch(path, {
    method: 'POST',
    body: new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)])),
  })
  // The portal sends those whose time is over to another page: go there too.
  if (answer.redirected) return location.assign(answer.url)
  if (!answer.ok) throw new Error(`options: ${answer.status}`)
  const optionsJSON = await answer.json()
  const response = uses ? await startAuthentication({ optionsJSON }) : await startRegistration({ optionsJSON })
  const field = form.elements.namedItem('response')
  if (field instanceof HTMLInputElement) field.value = JSON.stringify(response)
  form.submit()
}

/** Whoever closes the device's question, or lets it wait too long, changed their mind: nothing is broken. */
const wasCancelled = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'NotAllowedError' || error.name === 'AbortError')

function prepareShowing(choice: HTMLElement): void {
  const field = document.getElementById(choice.dataset.shows ?? '')
  const box = choice.querySelector('input')
  if (!(field instanceof HTMLInputElement) || !box) return
  choice.hidden = false
  box.addEventListener('change', () => {
    field.type = box.checked ? 'text' : 'password'
  })
}
