import type { SavedAnswer } from '../saved-answer.ts'
import { element, unseen } from './element.ts'

/** Sends files when they are chosen, tells how far they are, and lets them be stopped. */
export function takeFiles(box: HTMLElement, form: HTMLFormElement, save: () => Promise<void>): void {
  const chosen = form.elements.namedItem('files')
  const area = form.querySelector<HTMLElement>('.upload')
  if (!(chosen instanceof HTMLInputElement) || !area) return
  const status = element('p', { role: 'status' })
  const bar = element('progress', { max: '100', value: '0', 'aria-label': area.dataset.progress ?? '' })
  const stop = element('button', { type: 'button', class: 'button plain' }, area.dataset.stop ?? '')
  area.append(status, bar, stop)
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
  const place = form.querySelector<HTMLElement>('.draft-files')
  const field = form.elements.namedItem('version')
  if (field instanceof HTMLInputElement) field.value = version
  if (!place) return
  const { title = '', remove = '' } = place.dataset
  const items = files.map(({ id, name, size }) => {
    const attributes = { type: 'submit', class: 'button other', name: `remove=${id}` }
    const about = element('span', {}, element('bdi', {}, name), ' ', element('span', { class: 'hint' }, `(${size})`))
    return element('li', {}, about, element('button', attributes, `${remove} `, unseen(name)))
  })
  const heading = element('h2', { id: 'added' }, title)
  const section = element('section', { 'aria-labelledby': 'added' }, heading, element('ul', { class: 'files' }, ...items))
  place.replaceChildren(...(files.length === 0 ? [] : [section]))
}
