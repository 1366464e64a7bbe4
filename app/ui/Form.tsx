import type { ReactNode } from 'react'
import { useSurroundings } from '../language/words.ts'
import type { Examples } from './example.ts'

interface FormProps {
  /** Where it is sent; this page when absent. */
  to?: string
  files?: boolean
  className?: string
  children: ReactNode
}

/** A form that acts. It carries the word that shows it came from a page of ours. */
export function Form({ to, files, className, children }: FormProps) {
  const { formToken } = useSurroundings()
  return (
    <form method="post" action={to} encType={files ? 'multipart/form-data' : undefined} className={className} noValidate>
      <input type="hidden" name="form_token" value={formToken} />
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
}
