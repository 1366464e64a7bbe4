import { useWords } from '../language/words.ts'
import type { Examples } from './example.ts'

interface FormattedBodyProps {
  /** Sanitized at deposit. */
  html: string
  language: string
  large: boolean
}

/**
 * The sender's own layout, in a frame of no origin: no script, no form, no window, nothing fetched. The frame inherits this page's
 * content policy, so that even what slipped through the sanitizer finds every door shut (the styles of the message among them).
 */
export function FormattedBody({ html, language, large }: FormattedBodyProps) {
  const words = useWords().message
  return <iframe className="formatted" title={words.frame} sandbox="" srcDoc={frameDocument(html, language, large)} />
}

// The policy allows no style of its own here, and a sheet of ours cannot be fetched without an origin: <font> is what is left to make
// the letters large enough to read.
const frameDocument = (html: string, language: string, large: boolean): string =>
  `<!doctype html><html lang="${attribute(language)}"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">` +
  `<title>Message</title></head><body dir="auto"><font face="system-ui, sans-serif" size="${large ? 5 : 4}">${html}</font></body></html>`

const attribute = (text: string): string => text.replaceAll(/[^A-Za-z0-9-]/g, '')

export const examples: Examples = {
  plain: <FormattedBody html="<p>Your visit is on <b>Monday</b>.</p>" language="en" large={false} />,
}
