import type { SavedAnswer } from '../saved-answer.ts'
import { takeFiles } from './upload.ts'

/**
 * The page on which somebody writes back (ui/AnswerBox.tsx): saves while they type, takes files in when they are chosen, and lets no
 * button be pressed twice. Without it the buttons do the same.
 */
const box = document.getElementById('answer')
const form = box?.querySelector('form')
if (box && form) watch(box, form)

function watch(box: HTMLElement, form: HTMLFormElement): void {
  const text = form.elements.namedItem('text')
  if (text instanceof HTMLTextAreaElement) {
    const hint = document.getElementById('text-hint')
    if (hint && box.dataset.hint) hint.textContent = box.dataset.hint
    takeFiles(box, form, saveWhileTyping(box, form, text))
  }
  sendOnce(box, form)
}

/** A second press while the first is on its way sends nothing. A page that is brought back can send again. */
function sendOnce(box: HTMLElement, form: HTMLFormElement): void {
  let isSent = false
  form.addEventListener('submit', event => {
    if (isSent) event.preventDefault()
    if (event.defaultPrevented) return
    isSent = true
    say(form, box.dataset.sending)
  })
  window.addEventListener('pageshow', () => {
    isSent = false
  })
}

const QUIET_MS = 1_500
const SELDOM_MS = 5_000

/** Saves when the typing rests, and every few seconds while it does not. */
function saveWhileTyping(box: HTMLElement, form: HTMLFormElement, text: HTMLTextAreaElement): () => Promise<void> {
  let kept = text.value
  let lastAt = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let running: Promise<void> | null = null
  let isLeaving = false

  const send = async (): Promise<void> => {
    const typed = text.value
    const body = new URLSearchParams({ form_token: word(form, 'form_token'), version: word(form, 'version'), text: typed })
    try {
      const answer = await fetch(`${form.action}/draft`, {
        method: 'POST',
        body,
        redirect: 'manual',
        keepalive: typed.length < 50_000,
      })
      if (!answer.ok) throw new Error(`draft: ${answer.status}`)
      const saved: SavedAnswer = await answer.json()
      setWord(form, 'version', saved.version)
      kept = typed
      if (!isLeaving) say(form, saved.said)
      document.dispatchEvent(new Event('still-here'))
    } catch {
      // The words are still in the box, and every button sends them again.
      if (!isLeaving) say(form, box.dataset.notSaved)
    }
    form.dataset.unsaved = text.value === kept ? 'no' : 'yes'
  }
  const save = async (): Promise<void> => {
    clearTimeout(timer)
    await running
    if (text.value === kept || isLeaving) return
    lastAt = Date.now()
    running = send().finally(() => {
      running = null
    })
    await running
  }
  text.addEventListener('input', () => {
    form.dataset.unsaved = 'yes'
    clearTimeout(timer)
    timer = setTimeout(save, Date.now() - lastAt > SELDOM_MS && lastAt > 0 ? 0 : QUIET_MS)
    if (lastAt === 0) lastAt = Date.now()
  })
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') void save()
  })
  form.addEventListener('submit', event => {
    clearTimeout(timer)
    if (!running) {
      isLeaving = true
      return
    }
    // What is on its way gives the words another version: this form would come with the one before.
    event.preventDefault()
    void running.then(() => form.requestSubmit(event.submitter))
  })
  window.addEventListener('pageshow', () => {
    isLeaving = false
  })
  return save
}

function say(form: HTMLFormElement, words: string | undefined): void {
  const status = form.querySelector('.saved')
  if (status && words !== undefined) status.textContent = words
}

const field = (form: HTMLFormElement, name: string): HTMLInputElement | null => {
  const found = form.elements.namedItem(name)
  return found instanceof HTMLInputElement ? found : null
}
const word = (form: HTMLFormElement, name: string): string => field(form, name)?.value ?? ''
const setWord = (form: HTMLFormElement, name: string, value: string): void => {
  const found = field(form, name)
  if (found) found.value = value
}
