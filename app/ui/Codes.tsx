import { useWords } from '../language/words.ts'
import type { ShownOnce } from '../refusal.ts'
import type { Examples } from './example.ts'
import { Page } from './Page.tsx'
import { PrintedCodes } from './PrintedCodes.tsx'

/** The page of codes, shown once. `spare`: the person signs in another way, and these are for a lost phone. */
export function Codes({ spare, ...shown }: ShownOnce & { spare?: boolean }) {
  const words = useWords().printedCodes
  return (
    <Page title={words.title}>
      {spare ? <p>{words.spare}</p> : null}
      <PrintedCodes {...shown} />
    </Page>
  )
}

export const examples: Examples = { spare: <Codes spare to="/messages" isFirst codes={['4821-7730', '1190-5524']} /> }
