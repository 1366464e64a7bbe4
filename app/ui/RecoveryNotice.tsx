import type { RecoveryLine } from '../../server/portal.ts'
import { useTell } from '../language/moment.ts'
import { useWords } from '../language/words.ts'
import type { Examples } from './example.ts'
import { Notice } from './Notice.tsx'
import { PostButton } from './PostButton.tsx'

/** Tells whoever signed in the usual way that somebody is getting back in with a code, and lets them stop it. */
export function RecoveryNotice({ opensAt, ...recovery }: Pick<RecoveryLine, 'opensAt' | 'with'>) {
  const words = useWords().recovery
  const tell = useTell()
  const isClinics = recovery.with === 'claim_code'
  return (
    <Notice kind="care" title={words.someone}>
      <p>{isClinics ? words.someoneAsked(tell(opensAt)) : words.someoneText(tell(opensAt))}</p>
      <PostButton to="/account/recovery/cancel">{words.someoneStop}</PostButton>
      <p>{isClinics ? words.tellClinic : words.newCodes}</p>
    </Notice>
  )
}

export const examples: Examples = {
  'with a printed code': <RecoveryNotice with="printed_code" opensAt={Date.UTC(2026, 0, 31, 17)} />,
  'with a code from the desk': <RecoveryNotice with="claim_code" opensAt={Date.UTC(2026, 0, 31, 17)} />,
}
