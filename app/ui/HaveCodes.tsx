import { at } from '../destination.ts'
import { useWords } from '../language/words.ts'
import type { ShownOnce } from '../refusal.ts'
import type { Examples } from './example.ts'
import { PostButton } from './PostButton.tsx'

/** Says that they have their printed codes: an act, for what is shown once may be closed unread. `to`: where to go on. */
export function HaveCodes({ to, isFirst }: Pick<ShownOnce, 'to' | 'isFirst'>) {
  const words = useWords().printedCodes
  return (
    <PostButton to={at('/enrol/printed-codes', { to, offer: isFirst ? 'second' : null })} values={{ step: 'kept' }}>
      {words.have}
    </PostButton>
  )
}

export const examples: Examples = { plain: <HaveCodes to="/messages" isFirst={false} /> }
