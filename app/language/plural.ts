/** What is said for a number, by the rules of a language; `#` stands for the number. `none`: of nothing at all. */
interface Forms {
  none?: string
  one: string
  /** Spanish has it for whole millions: "1 millón de mensajes". */
  many?: string
  other: string
}

/** Sentences with a number in them, made by {@link plurals}. */
export type Counted = (count: number) => string

/**
 * Says numbers as a language does.
 *
 * @param language - BCP 47. @returns makes of the forms of a sentence the sentence for a number; `Intl` knows which form that takes.
 */
export function plurals(language: string): (forms: Forms) => Counted {
  const rules = new Intl.PluralRules(language)
  const digits = new Intl.NumberFormat(language)
  return ({ none, one, many, other }) => {
    const forms: Partial<Record<Intl.LDMLPluralRule, string | undefined>> = { one, many }
    const counted = (count: number) =>
      (count === 0 && none ? none : (forms[rules.select(count)] ?? other)).replaceAll('#', digits.format(count))
    return counted
  }
}
