import { parentPort } from 'node:worker_threads'
import DOMPurify from 'isomorphic-dompurify'
import { isTooElaborate } from './html-shape.ts'
import { safeStyle } from './safe-style.ts'
import type { SanitizerAnswer } from './sanitize.ts'

// Loading DOMPurify with a document to work in costs most of a second and 150 MB: it lives here and nowhere else.

const TAGS = [
  ...['p', 'br', 'hr', 'div', 'span', 'blockquote', 'pre', 'center', 'article', 'section', 'header', 'footer', 'address'],
  ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'li', 'dl', 'dt', 'dd'],
  ...[
    'b',
    'strong',
    'i',
    'em',
    'u',
    's',
    'strike',
    'del',
    'ins',
    'small',
    'big',
    'sub',
    'sup',
    'mark',
    'code',
    'kbd',
    'samp',
    'var',
  ],
  ...['abbr', 'cite', 'q', 'time', 'bdi', 'bdo', 'font', 'wbr', 'a', 'img', 'figure', 'figcaption'],
  ...['table', 'caption', 'colgroup', 'col', 'thead', 'tbody', 'tfoot', 'tr', 'th', 'td'],
]
// No id, name or class: they reach into the page around (DOM clobbering) or into its styles.
const ATTRIBUTES = [
  ...[
    'href',
    'src',
    'alt',
    'title',
    'lang',
    'dir',
    'style',
    'width',
    'height',
    'align',
    'valign',
    'bgcolor',
    'color',
    'size',
    'face',
  ],
  ...[
    'colspan',
    'rowspan',
    'scope',
    'headers',
    'span',
    'border',
    'cellpadding',
    'cellspacing',
    'start',
    'type',
    'value',
    'datetime',
  ],
]
const LINK = /^(?:https?:\/\/|mailto:|tel:)/i
// Bitmaps that stand in the message itself. SVG can hold script, and anything else would be fetched from somewhere.
const PICTURE = /^data:image\/(?:png|jpeg|gif);base64,[a-z0-9+/=]+$/i

DOMPurify.addHook('uponSanitizeAttribute', (element, attribute) => {
  const { attrName, attrValue } = attribute
  if (attrName === 'href') attribute.keepAttr = element.nodeName === 'A' && LINK.test(attrValue.trim())
  else if (attrName === 'src') attribute.keepAttr = element.nodeName === 'IMG' && PICTURE.test(attrValue)
  else if (attrName === 'style') attribute.attrValue = safeStyle(attrValue)
})

DOMPurify.addHook('afterSanitizeAttributes', element => {
  if (element.getAttribute('style') === '') element.removeAttribute('style')
  if (element.nodeName !== 'A' || !element.hasAttribute('href')) return
  element.setAttribute('target', '_blank')
  element.setAttribute('rel', 'noopener noreferrer nofollow')
})

const clean = (html: string): string =>
  DOMPurify.sanitize(html, {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ATTRIBUTES,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    ADD_DATA_URI_TAGS: ['img'],
    // Of what is taken out, neither the text of a script nor that of a style is of any use to a reader.
    FORBID_CONTENTS: [
      'script',
      'style',
      'title',
      'noscript',
      'template',
      'svg',
      'math',
      'iframe',
      'object',
      'select',
      'textarea',
    ],
  })

// The libraries are loaded: from here on the time is that of the work.
parentPort?.postMessage('ready')

const answered = (html: string): SanitizerAnswer => {
  if (isTooElaborate(html)) return { failed: 'too elaborate' }
  try {
    return { clean: clean(html) }
  } catch (error) {
    return { failed: error instanceof Error ? error.name : 'unknown' }
  }
}

parentPort?.on('message', (html: string) => parentPort?.postMessage(answered(html)))
