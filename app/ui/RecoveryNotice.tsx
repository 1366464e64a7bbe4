import type { Instant } from '../../server/time.ts'
import { useTell } from '../language/moment.ts'
import { useWords } from '../language/words.ts'
import type { Examples } from './example.ts'
import { Notice } from './Notice.tsx'
import { PostButton } from './PostButton.tsx'

/** Tells whoever signed in the usual way that somebody is getting back in with a printed code, and lets them stop it. */
export function RecoveryNotice({ opensAt }: { opensAt: Instant }) {
  const words = useWords().recovery
  const tell = useTell()
  return (
    <Notice kind="care" title={words.someone}>
      <p>{words.someoneText(tell(opensAt))}</p>
      <PostButton to="/account/recovery/cancel">{words.someoneStop}</PostButton>
      <p>{words.newCodes}</p>
    </Notice>
  )
}

export const examples: Examples = { waiting: <RecoveryNotice opensAt={Date.UTC(2026, 0, 31, 17)} /> }
