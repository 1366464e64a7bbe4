import type { ReactNode } from 'react'
import { useSurroundings } from '../language/words.ts'
import type { Examples } from './example.ts'

interface FormProps {
  /** Where it is sent; this page when absent. */
  to?: string
  files?: boolean
  /** The word of a form that must act once, however often it is sent. */
  once?: string
  className?: string
  children: ReactNode
}

/** A form that acts. It carries the word that shows it came from a page of ours. */
export function Form({ to, files, once, className, children }: FormProps) {
  const { formToken, query } = useSurroundings()
  // Where no address is given, w3m sends a form to this page's without its query, and where to go on is lost.
  const action = to ?? (query || undefined)
  return (
    <form method="post" action={action} encType={files ? 'multipart/form-data' : undefined} className={className} noValidate>
      <input type="hidden" name="form_token" value={formToken} />
      {once ? <input type="hidden" name="form_id" value={once} /> : null}
      {children}
    </form>
  )
}

export const examples: Examples = {
  'with a button': (
    <Form to="/messages">
      <button type="submit">Continue</button>
    </Form>
  ),
  'that acts once': (
    <Form once="SxZ0yT4Jw1nq2kC5m8p7r3v6b9d0f1h2j4k6l8z0x2c">
      <button type="submit">Send</button>
    </Form>
  ),
}
