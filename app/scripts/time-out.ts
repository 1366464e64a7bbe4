import { element, mainButton, ownForm } from './element.ts'

/** Asks before the session ends; one press goes on (ui/TimeOut.tsx). */
const place = document.getElementById('time-out')
if (place) watch(place)

/** When this is left, it is said: a voice that counted every second would say nothing else. */
const SAID_AT_SECONDS = [120, 60, 30, 10]

function watch(place: HTMLElement): void {
  const words = place.dataset
  const form = ownForm(place, mainButton(words.stay))
  const left = element('p', { 'aria-live': 'assertive' })
  const dialog = dialogAbout(words, left, form)
  place.append(dialog)
  const afterMs = Number(words.afterSeconds) * 1_000
  const endsMs = Number(words.endsSeconds) * 1_000
  // What one window does keeps the session awake for all of them.
  const windows = new BroadcastChannel('time-out')
  let seenAt = Date.now()
  let timer: ReturnType<typeof setTimeout> | undefined

  /** By the clock: a computer that slept has not counted. */
  const look = () => {
    clearTimeout(timer)
    const idleMs = Date.now() - seenAt
    if (idleMs >= endsMs) return end()
    if (idleMs >= afterMs) ask(endsMs - idleMs)
    timer = setTimeout(look, idleMs >= afterMs ? 1_000 : afterMs - idleMs)
  }
  const ask = (leftMs: number) => {
    if (!dialog.open) dialog.showModal()
    const seconds = SAID_AT_SECONDS.findLast(at => leftMs <= at * 1_000)
    const said = seconds === undefined ? null : place.getAttribute(`data-left-${seconds}`)
    if (said && left.textContent !== said) left.textContent = said
  }
  /** A page of somebody who left must not stay on the screen. What is not saved stays: sending it shows the way back. */
  const end = () => {
    if (!holdsUnsaved()) location.assign(words.leads ?? '/sign-in')
    else if (dialog.open) dialog.close()
  }
  const stay = () => {
    seenAt = Date.now()
    // The browser puts the focus back to where it was.
    if (dialog.open) dialog.close()
    look()
  }
  const seen = () => {
    stay()
    windows.postMessage('seen')
  }

  form.addEventListener('submit', event => {
    event.preventDefault()
    void asksToStay()
  })
  /** Where there is no line, or the portal is busy, it is asked again while there is time: who left this page would leave their words. */
  const asksToStay = async (): Promise<void> => {
    const sent = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]))
    const answer = await fetch(form.action, { method: 'POST', body: sent }).catch(() => null)
    if (answer?.ok && !answer.redirected) return seen()
    const isNotNow = answer === null || answer.status === 429 || answer.status === 503
    if (isNotNow && Date.now() - seenAt < endsMs) {
      setTimeout(() => dialog.open && asksToStay(), (Number(answer?.headers.get('retry-after')) || 5) * 1_000)
    } else if (holdsUnsaved()) dialog.close()
    else form.submit()
  }
  // Escape closes a dialog. Here it must not mean that the session ends unseen.
  dialog.addEventListener('cancel', event => {
    event.preventDefault()
    form.requestSubmit()
  })
  windows.addEventListener('message', ({ data }: MessageEvent) => (data === 'out' ? end() : stay()))
  // Whoever signs out in one window leaves no letter behind in another.
  for (const way of document.querySelectorAll('form[action^="/sign-out"], form[action="/account/sign-out-everywhere"]')) {
    way.addEventListener('submit', () => windows.postMessage('out'))
  }
  // Something else of this page has spoken to the portal.
  document.addEventListener('still-here', seen)
  document.addEventListener('visibilitychange', look)
  window.addEventListener('pageshow', look)
  seen()
}

function dialogAbout({ title = '', text = '' }: DOMStringMap, ...inside: HTMLElement[]): HTMLDialogElement {
  const names = { role: 'alertdialog', 'aria-labelledby': 'time-out-title', 'aria-describedby': 'time-out-text' }
  return element(
    'dialog',
    names,
    element('h2', { id: 'time-out-title' }, title),
    element('p', { id: 'time-out-text' }, text),
    ...inside,
  )
}

const holdsUnsaved = (): boolean =>
  [...document.querySelectorAll('textarea')].some(area => area.form?.dataset.unsaved !== 'no' && hasChanged(area))

/** What was there when the page came is in the portal. */
const hasChanged = (area: HTMLTextAreaElement): boolean => area.value.trim() !== '' && area.value !== area.defaultValue
