import { useSurroundings, useWords } from '../language/words.ts'
import { ButtonLink } from './Button.tsx'
import type { Examples } from './example.ts'

/** Codes to keep on paper, large, shown once. */
export function PrintedCodes({ codes, to }: { codes: string[]; to: string }) {
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
      <ButtonLink to={to}>{words.have}</ButtonLink>
    </>
  )
}

export const examples: Examples = {
  plain: <PrintedCodes to="/messages" codes={['4821-7730', '1190-5524', '9934-0027', '3307-6618']} />,
}
