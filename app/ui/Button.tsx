import type { ReactNode } from 'react'
import type { Examples } from './example.ts'

/** `main`: the one thing to do next. `other`: also possible. `plain`: like a link. `danger`: cannot be undone. */
export type Look = 'main' | 'other' | 'plain' | 'danger'

interface ButtonProps {
  look?: Look
  /** What the form says when it was this button of several. */
  says?: [field: string, value: string]
  children: ReactNode
}

/** Sends the form it stands in. What it says is all in its name (see app/form.ts): a text browser writes a button's value before its words. */
export function Button({ look = 'main', says, children }: ButtonProps) {
  return (
    <button type="submit" className={`button ${look}`} name={says?.join('=')}>
      {children}
    </button>
  )
}

/** Goes somewhere, looks like a button. Nothing is prefetched. */
export function ButtonLink({ to, look = 'main', children }: { to: string; look?: Look; children: ReactNode }) {
  return (
    <a className={`button ${look}`} href={to}>
      {children}
    </a>
  )
}

export const examples: Examples = {
  main: <Button>Continue</Button>,
  other: <Button look="other">Send a new code</Button>,
  plain: <Button look="plain">Sign out</Button>,
  danger: <Button look="danger">Withdraw now</Button>,
  'one of several': <Button says={['step', 'save']}>Save and finish later</Button>,
  link: <ButtonLink to="/sign-in">Sign in</ButtonLink>,
}
