import { HtmlValidate, StaticConfigLoader } from 'html-validate'

/** The same rules for every page: what they come to is worked out once, which takes longer than a page. */
class OneSetOfRules extends StaticConfigLoader {
  readonly #resolved = super.getConfigFor('every page')

  override getConfigFor() {
    return this.#resolved
  }
}

const rules = new OneSetOfRules({
  elements: ['html5'],
  extends: ['html-validate:recommended'],
  rules: {
    // How React writes what is right either way.
    'void-style': 'off',
    'attr-case': 'off',
    'attribute-boolean-style': 'off',
    'attribute-empty-style': 'off',
    'no-trailing-whitespace': 'off',
    'doctype-style': 'off',
    // Check boxes of one question share its name.
    'form-dup-name': 'off',
    // Telephone numbers may break over lines on a phone 320 pixels wide.
    'tel-non-breaking': 'off',
  },
})
const validator = new HtmlValidate(rules)

/** What is not valid HTML in a page, one line each; empty when there is nothing. */
export async function htmlProblems(page: string): Promise<string[]> {
  const { results } = await validator.validateString(page)
  return results.flatMap(({ messages }) =>
    messages.map(({ ruleId, message, line, column }) => `${ruleId}: ${message} (${line}:${column})`),
  )
}
