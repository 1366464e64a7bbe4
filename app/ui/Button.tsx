import type { ReactNode } from 'react'
import type { Examples } from './example.ts'

/** `main`: the one thing to do next. `other`: also possible. `plain`: like a link. `danger`: cannot be undone. */
export type Look = 'main' | 'other' | 'plain' | 'danger'

interface ButtonProps {
  look?: Look
  name?: string
  value?: string
  children: ReactNode
}

/** Sends the form it stands in. */
export function Button({ look = 'main', name, value, children }: ButtonProps) {
  return (
    <button type="submit" className={`button ${look}`} name={name} value={value}>
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
  link: <ButtonLink to="/sign-in">Sign in</ButtonLink>,
}
