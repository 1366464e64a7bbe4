import {
  browserSupportsWebAuthn,
  browserSupportsWebAuthnAutofill,
  startAuthentication,
  startRegistration,
  WebAuthnAbortService,
} from '@simplewebauthn/browser'
import { element, hiddenField, mainButton, ownForm, unseen } from './element.ts'

/**
 * The passkey ceremony of ui/PasskeyButton.tsx: ask the portal what is to be signed, let the person do what the device asks, send the
 * answer as an ordinary form. The page works without it; the button is then not there.
 */
/** Whether the button was pressed. */
let isAsked = false
/** The question for what is offered in the field, under way. */
let offering: Promise<Response> | undefined

/** The portal will answer in a while: the passkey is as good as ever. */
class NotNow extends Error {}

for (const block of document.querySelectorAll<HTMLElement>('[data-passkey]')) prepare(block)

function prepare(block: HTMLElement): void {
  const status = block.querySelector<HTMLElement>('[role=status]')
  if (!status || !browserSupportsWebAuthn()) return
  const button = mainButton(block.dataset.button)
  const form = ownForm(block, ...labelField(block.dataset), hiddenField('response'), button)
  block.prepend(form, ...hint(block.dataset.hint))
  block.hidden = false
  for (const without of document.querySelectorAll<HTMLElement>('[data-without-passkey]')) without.hidden = true
  const uses = block.dataset.passkey === 'use'
  const say = (words: string | undefined) => {
    status.textContent = words ?? ''
    status.hidden = false
  }
  const failed = (error: unknown) => say(block.dataset[wasCancelled(error) ? 'cancelled' : isNotNow(error) ? 'later' : 'failed'])
  form.addEventListener('submit', event => {
    event.preventDefault()
    button.disabled = true
    say(block.dataset.wait)
    perform(form, uses).catch((error: unknown) => {
      failed(error)
      button.disabled = false
      button.focus()
    })
  })
  const field = document.querySelector<HTMLInputElement>('input[autocomplete$=webauthn]')
  if (uses && field) offerIn(field, form, failed)
}

function hint(words: string | undefined, attributes: Record<string, string> = {}): HTMLElement[] {
  return words ? [element('p', { class: 'hint', ...attributes }, words)] : []
}

/** What a new passkey is to be called, as ui/Field.tsx would ask it. */
function labelField({ label, labelHint, optional = '', error = '', problem }: DOMStringMap): HTMLElement[] {
  if (!label) return []
  const wrong = problem ? [element('p', { class: 'problem', id: 'label-problem' }, unseen(error), ` ${problem}`)] : []
  const described = ['label-hint', ...wrong.map(({ id }) => id)].join(' ')
  const marks = { 'aria-describedby': described, ...(problem && { 'aria-invalid': 'true' }) }
  return [
    element(
      'div',
      { class: problem ? 'field wrong' : 'field' },
      element('label', { for: 'label' }, `${label} `, element('span', { class: 'optional' }, optional)),
      ...hint(labelHint, { id: 'label-hint' }),
      ...wrong,
      element('input', { id: 'label', name: 'label', type: 'text', class: 'long', ...marks }),
    ),
  ]
}

/**
 * Passkeys among what the browser offers to fill into the e-mail field. It waits in the background, and ends when the button is pressed, for
 * there is one ceremony at a time. Who turns it down is told so, in the field, and may type.
 */
async function offerIn(field: HTMLInputElement, form: HTMLFormElement, failed: (error: unknown) => void): Promise<void> {
  if (!(await browserSupportsWebAuthnAutofill())) return
  await perform(form, true, true).catch((error: unknown) => {
    // Put off by the button, or by an address that was sent: nobody has turned anything down.
    if (!(error instanceof Error) || error.name !== 'NotAllowedError') return
    failed(error)
    field.focus()
  })
}

async function perform(form: HTMLFormElement, uses: boolean, useBrowserAutofill = false): Promise<void> {
  const path = new URL(form.action)
  path.pathname += '/options'
  if (!useBrowserAutofill) {
    // A ceremony that waits in the field must not answer to the question that is asked now, nor ask for a challenge after it.
    isAsked = true
    WebAuthnAbortService.cancelCeremony()
    await Promise.allSettled([offering])
  }
  const asking = fetch(path, {
    method: 'POST',
    body: new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)])),
  })
  if (useBrowserAutofill) offering = asking
  const answer = await asking
  // What nobody has asked for leads nobody away. The portal sends those whose time is over to another page: go there too.
  if (useBrowserAutofill && (isAsked || answer.redirected || !answer.ok)) return
  if (answer.redirected) return location.assign(answer.url)
  if (answer.status === 429 || answer.status === 503) throw new NotNow()
  if (!answer.ok) throw new Error(`options: ${answer.status}`)
  const optionsJSON = await answer.json()
  const response = uses
    ? await startAuthentication({ optionsJSON, useBrowserAutofill })
    : await startRegistration({ optionsJSON })
  const field = form.elements.namedItem('response')
  if (field instanceof HTMLInputElement) field.value = JSON.stringify(response)
  form.submit()
}

/** Nor is it the passkey's fault where there is no line. */
const isNotNow = (error: unknown): boolean => error instanceof NotNow || (error instanceof TypeError && !navigator.onLine)

/** Whoever closes the device's question, or lets it wait too long, changed their mind: nothing is broken. */
const wasCancelled = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'NotAllowedError' || error.name === 'AbortError')
