import { useWords } from '../language/words.ts'
import { CallUs } from './CallUs.tsx'
import type { Examples } from './example.ts'
import { Notice } from './Notice.tsx'

/** Whom to ask about a look that one did not expect. */
export function LooksWrong({ organization, phone }: { organization: string; phone: string }) {
  const words = useWords().history
  return (
    <Notice kind="calm" title={words.wrong}>
      <p>{words.wrongText}</p>
      <CallUs organization={organization} phone={phone} />
    </Notice>
  )
}

export const examples: Examples = {
  plain: <LooksWrong organization="North Clinic" phone="+1 555 010 0199" />,
}
