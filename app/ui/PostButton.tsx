import type { ReactNode } from 'react'
import type { Look } from './Button.tsx'
import { Button } from './Button.tsx'
import type { Examples } from './example.ts'
import { Form } from './Form.tsx'

interface PostButtonProps {
  to?: string
  look?: Look
  /** What else is sent with it. */
  values?: Record<string, string>
  children: ReactNode
}

/** One button that acts: a whole form of its own, for nothing acts on a link. */
export function PostButton({ to, look = 'main', values = {}, children }: PostButtonProps) {
  return (
    <Form {...(to ? { to } : {})} className="post">
      {Object.entries(values).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <Button look={look}>{children}</Button>
    </Form>
  )
}

export const examples: Examples = {
  open: <PostButton to="/messages/msg_1/open">Open message</PostButton>,
  'with a value': (
    <PostButton look="other" values={{ intent: 'send' }}>
      Send a new code
    </PostButton>
  ),
}
