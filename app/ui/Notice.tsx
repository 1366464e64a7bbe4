import type { ReactNode } from 'react'
import type { Examples } from './example.ts'

/** A few sentences set apart: `done` after an act, `care` for what must not be overlooked, `calm` for the rest. */
export function Notice({ kind, title, children }: { kind: 'done' | 'care' | 'calm'; title?: string; children: ReactNode }) {
  return (
    <div className={`notice ${kind}`} role={kind === 'done' ? 'status' : undefined}>
      {title ? <h2>{title}</h2> : null}
      {typeof children === 'string' ? <p>{children}</p> : children}
    </div>
  )
}

export const examples: Examples = {
  done: <Notice kind="done">Your message was sent.</Notice>,
  care: (
    <Notice kind="care" title="Not for emergencies">
      If you feel very ill, call 911 now.
    </Notice>
  ),
  calm: <Notice kind="calm">The sender can see that you opened this.</Notice>,
}
