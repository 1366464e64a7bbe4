import type { ReactNode } from 'react'
import type { Examples } from './example.ts'

/** A state in a word. `strong` is set bold and framed, so that nothing hangs on colour alone. */
export function StatusTag({ strong, children }: { strong?: boolean; children: ReactNode }) {
  return strong ? <strong className="tag strong">{children}</strong> : <span className="tag">{children}</span>
}

export const examples: Examples = { plain: <StatusTag>Read</StatusTag>, strong: <StatusTag strong>New</StatusTag> }
