import type { Block } from './words.ts'

const MAX_LINE_CHARACTERS = 160

/**
 * Text that can stand in a header or a sentence: one line, nothing that breaks it (CR, LF, NUL, line and paragraph separators)
 * or turns it round (bidirectional controls), no half characters, at most 160 of them.
 */
export function oneLine(text: string): string {
  const safe = text
    .replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim()
  return [...safe].slice(0, MAX_LINE_CHARACTERS).join('')
}

/** The text part: says everything the HTML part says. */
export function textPart(blocks: Block[]): string {
  const paragraphs = blocks.map(block => ('text' in block ? block.text : 'link' in block ? block.link : block.code))
  return `${paragraphs.join('\n\n')}\n`
}

/** The HTML part: the same words, larger. No picture, no style from elsewhere, nothing to fetch. */
export function htmlPart(title: string, blocks: Block[], language: string): string {
  return [
    '<!doctype html>',
    `<html lang="${escapeHtml(language)}">`,
    `<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title></head>`,
    '<body style="margin:0 auto;padding:16px;max-width:36em;font:18px/1.5 sans-serif">',
    ...blocks.map(block => `<p${styleOf(block)}>${inner(block)}</p>`),
    '</body>',
    '</html>',
    '',
  ].join('\n')
}

const styleOf = (block: Block): string => ('code' in block ? ' style="font:bold 32px/1.5 monospace"' : '')

function inner(block: Block): string {
  if ('code' in block) return escapeHtml(block.code)
  if ('text' in block) return escapeHtml(block.text)
  // What is shown is where it leads: nothing else can be told from a forgery.
  return `<a href="${escapeHtml(block.link)}">${escapeHtml(block.link)}</a>`
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, character => ESCAPES[character]!)
