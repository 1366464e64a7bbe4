/** Asks before the session ends; one press goes on (ui/TimeOut.tsx). */
const dialog = document.getElementById('time-out')
if (dialog instanceof HTMLDialogElement) watch(dialog)

function watch(dialog: HTMLDialogElement): void {
  const form = dialog.querySelector('form')
  const afterMs = Number(dialog.dataset.afterSeconds) * 1_000
  const endsMs = Number(dialog.dataset.endsSeconds) * 1_000
  let before: Element | null = null
  let asking: ReturnType<typeof setTimeout>
  let ending: ReturnType<typeof setTimeout>
  const begin = () => {
    clearTimeout(asking)
    clearTimeout(ending)
    asking = setTimeout(() => {
      before = document.activeElement
      dialog.showModal()
    }, afterMs)
    // A page of somebody who left must not stay on the screen. What is typed stays: sending it shows the way back.
    ending = setTimeout(() => {
      if (!hasTyped()) location.assign('/sign-in')
    }, endsMs)
  }
  form?.addEventListener('submit', event => {
    event.preventDefault()
    const sent = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]))
    fetch(form.action, { method: 'POST', body: sent })
      .then(answer => (answer.ok && !answer.redirected ? stay() : form.submit()))
      .catch(() => form.submit())
  })
  const stay = () => {
    dialog.close()
    if (before instanceof HTMLElement) before.focus()
    begin()
  }
  begin()
}

const hasTyped = (): boolean => [...document.querySelectorAll('textarea')].some(area => area.value.trim() !== '')
