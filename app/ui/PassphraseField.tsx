import { useSurroundings, useWords } from '../language/words.ts'
import showingScript from '../scripts/showing.ts?worker&url'
import type { Examples } from './example.ts'
import { Field } from './Field.tsx'

/** Paste works; where a script may run, what is typed can be shown. */
export function PassphraseField({ fresh }: { fresh?: boolean }) {
  const words = useWords()
  const { nonce } = useSurroundings()
  const { label, hint } = fresh ? words.enrolPassphrase : words.passphrase
  return (
    <>
      <Field
        name="passphrase"
        label={label}
        hint={hint}
        type="password"
        autoComplete={fresh ? 'new-password' : 'current-password'}
      />
      <div data-shows="passphrase" data-label={words.passphrase.show}>
        <script type="module" src={showingScript} nonce={nonce} />
      </div>
    </>
  )
}

export const examples: Examples = { known: <PassphraseField />, fresh: <PassphraseField fresh /> }
