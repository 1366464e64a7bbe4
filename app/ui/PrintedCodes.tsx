import { useSurroundings, useWords } from '../language/words.ts'
import type { ShownOnce } from '../refusal.ts'
import type { Examples } from './example.ts'
import { HaveCodes } from './HaveCodes.tsx'

/** Codes to keep on paper, large, shown once. */
export function PrintedCodes({ codes, to, isFirst }: ShownOnce) {
  const words = useWords().printedCodes
  const { host } = useSurroundings()
  return (
    <>
      <p>{words.text}</p>
      <p className="sheet">{words.sheet(host)}</p>
      <ol className="codes" aria-label={words.list}>
        {codes.map(code => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <HaveCodes to={to} isFirst={isFirst} />
    </>
  )
}

export const examples: Examples = {
  plain: <PrintedCodes to="/messages" isFirst codes={['4821-7730', '1190-5524', '9934-0027', '3307-6618']} />,
}
