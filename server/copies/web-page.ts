import { createHash } from 'node:crypto'
import type { Copied } from './copied.ts'

const STYLE = [
  'body{font:1.125rem/1.55 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem;color:#1a2126;background:#fff}',
  '.label{border:2px solid #8a4b00;border-radius:.5rem;padding:.75rem 1rem;background:#fff4df}',
  'dt{color:#45515a}dd{margin:0 0 .5rem;font-weight:600}',
  '.text{white-space:pre-wrap}img{max-width:100%}',
].join('')

/** Nothing runs, nothing is fetched, nothing is sent; of styles there is this one alone, so that no letter can cover its label. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  'img-src data:',
  "form-action 'none'",
  "base-uri 'none'",
].join('; ')

/**
 * One file that holds a message: a page that shows itself, needs nothing else, and says what it is. Files of the message are named, not held.
 *
 * @param copied - its `html` must be sanitized; everything else is words, and is escaped here.
 */
export function webPage(copied: Copied): string {
  const { words, language, label, subject, from, to, sentInWords, bodyLanguage, text, html, files } = copied
  const facts = [
    [words.from, from.address === null ? from.name : `${from.name} (${from.address})`],
    [words.to, to.name],
    [words.sent, sentInWords],
  ] as const
  const lines = facts.map(([name, value]) => `<dt>${escaped(name)}</dt><dd dir="auto">${escaped(value)}</dd>`)
  const body =
    html === null
      ? `<div class="text" lang="${escaped(bodyLanguage)}" dir="auto">${escaped(text)}</div>`
      : `<div lang="${escaped(bodyLanguage)}" dir="auto">${html}</div>`
  const named = files.map(file => `<li dir="auto">${escaped(file)}</li>`)
  return [
    '<!doctype html>',
    `<html lang="${escaped(language)}"><head><meta charset="utf-8">`,
    `<meta http-equiv="Content-Security-Policy" content="${escaped(POLICY)}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">',
    `<meta name="robots" content="noindex"><title>${escaped(copied.portal)}</title><style>${STYLE}</style></head><body>`,
    `<p class="label" dir="auto">${escaped(label)} <strong>${escaped(words.warning)}</strong></p>`,
    `<h1 dir="auto">${escaped(subject)}</h1><dl>${lines.join('')}</dl>`,
    `<main>${body}</main>`,
    ...(files.length === 0 ? [] : [`<p>${escaped(words.filesElsewhere)}</p><ul>${named.join('')}</ul>`]),
    '</body></html>\n',
  ].join('\n')
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escaped = (words: string): string => words.replaceAll(/[&<>"']/g, letter => ENTITIES[letter]!)
