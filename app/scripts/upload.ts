import type { SavedAnswer } from '../saved-answer.ts'

/** Sends files when they are chosen, tells how far they are, and lets them be stopped. */
export function takeFiles(box: HTMLElement, form: HTMLFormElement, save: () => Promise<void>): void {
  const chosen = form.elements.namedItem('files')
  const area = form.querySelector<HTMLElement>('.upload')
  const status = area?.querySelector('[role=status]')
  const bar = area?.querySelector('progress')
  const stop = area?.querySelector('button')
  if (!(chosen instanceof HTMLInputElement) || !area || !status || !bar || !stop) return
  const say = (words = '', fill: Record<string, string> = {}) => {
    status.textContent = Object.entries(fill).reduce((text, [name, value]) => text.replace(`%${name}`, value), words)
  }
  chosen.addEventListener('change', async () => {
    const files = [...(chosen.files ?? [])]
    if (files.length === 0) return
    const names = files.map(file => file.name).join(', ')
    const request = new XMLHttpRequest()
    const running = (isRunning: boolean) => {
      area.hidden = false
      bar.hidden = !isRunning
      stop.hidden = !isRunning
      for (const button of form.querySelectorAll<HTMLButtonElement>('button[type=submit]')) button.disabled = isRunning
    }
    let told = -1
    request.upload.addEventListener('progress', ({ loaded, total }) => {
      const share = total > 0 ? Math.floor((100 * loaded) / total) : 0
      bar.value = share
      // A screen reader that is told every percent says nothing else.
      if (share >= told + 25) {
        told = share - (share % 25)
        say(box.dataset.percent, { share: String(told) })
      }
    })
    const over = (words?: string) => {
      running(false)
      say(words, { name: names })
      chosen.focus()
    }
    request.addEventListener('load', () => {
      const saved = answerOf(request)
      if (!saved) return over(box.dataset.notUploaded)
      chosen.value = ''
      showFiles(form, saved)
      over(box.dataset.uploaded)
      document.dispatchEvent(new Event('still-here'))
    })
    request.addEventListener('error', () => over(box.dataset.notUploaded))
    request.addEventListener('abort', () => {
      chosen.value = ''
      over(box.dataset.stopped)
    })
    stop.onclick = () => request.abort()
    running(true)
    say(box.dataset.uploading, { name: names })
    stop.focus()
    await save()
    const body = new FormData()
    const token = form.elements.namedItem('form_token')
    if (token instanceof HTMLInputElement) body.set('form_token', token.value)
    for (const file of files) body.append('files', file)
    request.open('POST', `${form.action}/files`)
    request.send(body)
  })
}

/** Where the portal leads elsewhere, what comes back is a page. */
function answerOf(request: XMLHttpRequest): SavedAnswer | null {
  if (request.status !== 200 || !request.getResponseHeader('content-type')?.startsWith('application/json')) return null
  return JSON.parse(request.responseText) as SavedAnswer
}

function showFiles(form: HTMLFormElement, { version, files }: SavedAnswer): void {
  const section = form.querySelector<HTMLElement>('.draft-files')
  const list = section?.querySelector('ul')
  const line = section?.querySelector('template')?.content.firstElementChild
  const field = form.elements.namedItem('version')
  if (field instanceof HTMLInputElement) field.value = version
  if (!section || !list || !line) return
  const items = files.map(({ id, name, size }) => {
    const item = line.cloneNode(true) as HTMLElement
    const put = (selector: string, words: string) => {
      const place = item.querySelector(selector)
      if (place) place.textContent = words
    }
    put('bdi', name)
    put('.hint', `(${size})`)
    put('.unseen', name)
    item.querySelector('button')?.setAttribute('value', id)
    return item
  })
  list.replaceChildren(...items)
  section.hidden = files.length === 0
}
