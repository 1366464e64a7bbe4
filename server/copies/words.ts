import { languageTag } from '../plain-text.ts'

/** Where a copy comes from. */
export interface CopyFacts {
  /** Host of the portal. */
  portal: string
  /** Who saved it. */
  name: string
  /** When, in words. */
  when: string
}

/** What a copy says beside the message. */
export interface CopyWords {
  label(facts: CopyFacts): string
  /** Said right under the label. */
  warning: string
  from: string
  to: string
  sent: string
  subject: string
  /** Above the names of files that are not in this copy. */
  filesElsewhere: string
}

const en: CopyWords = {
  label: ({ portal, name, when }) => `This is a copy from ${portal}. It was saved by ${name} on ${when}.`,
  warning: 'Anyone who can open this file can read it.',
  from: 'From',
  to: 'For',
  sent: 'Sent',
  subject: 'About',
  filesElsewhere: 'These files are not in this copy:',
}

const es: CopyWords = {
  label: ({ portal, name, when }) => `Esta es una copia de ${portal}. La guardó ${name} el ${when}.`,
  warning: 'Cualquiera que pueda abrir este archivo puede leerlo.',
  from: 'De',
  to: 'Para',
  sent: 'Enviado',
  subject: 'Asunto',
  filesElsewhere: 'Estos archivos no están en esta copia:',
}

const SPOKEN: Record<string, CopyWords> = { en, es }

/** The words of a copy in the language that comes nearest; English when none does. */
export function copyWords(language: string): { words: CopyWords; locale: string } {
  const [primary = ''] = (languageTag(language) ?? '').split('-')
  const words = Object.hasOwn(SPOKEN, primary) ? SPOKEN[primary] : undefined
  return words ? { words, locale: primary } : { words: en, locale: 'en' }
}
