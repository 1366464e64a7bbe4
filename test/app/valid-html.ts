import { HtmlValidate } from 'html-validate'

const validator = new HtmlValidate({
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

/** What is not valid HTML in a page, one line each; empty when there is nothing. */
export async function htmlProblems(page: string): Promise<string[]> {
  const { results } = await validator.validateString(page)
  return results.flatMap(({ messages }) =>
    messages.map(({ ruleId, message, line, column }) => `${ruleId}: ${message} (${line}:${column})`),
  )
}
