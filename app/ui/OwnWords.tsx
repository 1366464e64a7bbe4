import type { Examples } from './example.ts'

/** What somebody wrote, to be read and copied. */
export function OwnWords({ label, hint, text }: { label: string; hint: string; text: string }) {
  return (
    <div className="field">
      <label htmlFor="own-words">{label}</label>
      <p className="hint" id="own-words-hint">
        {hint}
      </p>
      <textarea id="own-words" rows={8} readOnly dir="auto" aria-describedby="own-words-hint" defaultValue={text} />
    </div>
  )
}

export const examples: Examples = {
  plain: <OwnWords label="What you wrote" hint="You can copy it." text="Thank you for the letter." />,
}
