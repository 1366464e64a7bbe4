import { at } from '../destination.ts'
import { useWords } from '../language/words.ts'
import { ButtonLink } from './Button.tsx'
import type { Examples } from './example.ts'
import { HaveCodes } from './HaveCodes.tsx'
import { Notice } from './Notice.tsx'

/** For whoever left the page with their printed codes without saying that they have them: nobody can show them again. */
export function OwedCodes({ to }: { to: string }) {
  const words = useWords().printedCodes
  return (
    <Notice kind="care" title={words.owedTitle}>
      <p>{words.owedText}</p>
      <HaveCodes to={to} isFirst={false} />
      <p>
        <ButtonLink to={at('/enrol/printed-codes', { to })} look="other">
          {words.owedNew}
        </ButtonLink>
      </p>
    </Notice>
  )
}

export const examples: Examples = { plain: <OwedCodes to="/messages" /> }
