import type { Page } from 'playwright-core'
import { tell } from '../../app/language/moment.ts'
import { tellSize } from '../../app/language/size.ts'
import { LANGUAGES, type Language } from '../../app/language/words.ts'
import { en as englishLetters } from '../../server/letters/language/en.ts'
import { es as spanishLetters } from '../../server/letters/language/es.ts'
import { ACCOUNT_CHANGES } from '../../server/letters/letter.ts'
import type { Words } from '../../server/letters/words.ts'
import type { Mail } from '../../server/mailer.ts'
import { days } from '../../server/time.ts'

/** Tells pages and letters whose every word stands in the catalogues of one language from those where a word of another is left. */
export interface OneLanguage {
  /** What a page says that this language does not; empty when it is of one piece. */
  ofPage(page: Page): Promise<string[]>
  ofLetter(mail: Mail): string[]
}

const LETTERS = { en: englishLetters, es: spanishLetters }

/** @param given - names, addresses and the like: words that are the same in every language. @param timeZones - whose moments are told. */
export function oneLanguage(language: Language, given: string[], timeZones: string[]): OneLanguage {
  const { words, locale } = LANGUAGES[language]
  const known = new Set([...given, ...dateWords(locale, timeZones)].flatMap(wordsOf))
  const isGiven = (text: string) => wordsOf(text).every(word => known.has(word))
  const judge = (all: string[]) => {
    const sentences = all.map(asPattern)
    const openers = all.filter(sentence => /[.:]$/.test(sentence) && !sentence.includes(GAP))
    // Who did something is a sentence's word of its own: “You”, “The computers of North Clinic”.
    const names = sentences.filter(sentence => sentence.source.length < 60)
    const isName = (text: string) => isGiven(text) || names.some(name => name.exec(text)?.slice(1).every(isGiven) ?? false)
    const isSaid = (text: string): boolean =>
      isGiven(text) || sentences.some(sentence => sentence.exec(text)?.slice(1).every(isName) ?? false)
    // Two things on one line, a name before what is named, or sentences (and words with a colon) that others follow.
    const isWhole = (text: string): boolean =>
      isSaid(text) ||
      text.split(/(?:^| )· |: ?$|^: /).every(isSaid) ||
      openers.some(first => text.startsWith(`${first} `) && isWhole(text.slice(first.length + 1)))
    return (text: string) => isWhole(text.replaceAll(/\s+/g, ' ').trim())
  }
  const isOnPages = judge(sentencesOf(words))
  const isInLetters = judge(letterSentences(language))
  return {
    async ofPage(page) {
      const { lang, texts } = await page.evaluate(textsOf)
      const strays = texts.filter(([, text]) => !isOnPages(text)).map(([where, text]) => `<${where}> ${text.trim()}`)
      return lang === language ? strays : [`the page says it is in “${lang}”`, ...strays]
    },
    ofLetter({ language: said, subject, text, html }) {
      const strays = [subject, ...text.split('\n\n')].filter(part => !isSecret(part) && !isInLetters(part))
      const isMarked = said === language && html.includes(`<html lang="${language}">`)
      return isMarked ? strays : [`the letter says it is in “${said}”`, ...strays]
    },
  }
}

/** A link, or a code to be typed. */
const isSecret = (part: string): boolean => /^https?:\/\/\S+\s*$/.test(part) || /^[\d ]+\s*$/.test(part)

/** Runs in the page: what is written on it, said of it to a screen reader, or told by the browser; and where. */
function textsOf(): { lang: string; texts: [string, string][] } {
  const root = document.documentElement
  const given = 'bdi, code, noscript, script, style, [lang]:not(html)'
  const texts: [string, string][] = []
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement!
    if (!parent.closest(given)) texts.push([parent.tagName.toLowerCase(), walker.currentNode.textContent ?? ''])
  }
  for (const element of root.querySelectorAll('*')) {
    for (const { name, value } of element.attributes) {
      const isRead = /^(aria-label|aria-description|title|placeholder|alt|label|summary|data-(?!passkey$|shows$|token$).*)$/.test(
        name,
      )
      if (isRead && !value.startsWith('/') && !element.closest(given))
        texts.push([`${element.tagName.toLowerCase()} ${name}`, value])
    }
  }
  return { lang: root.getAttribute('lang') ?? '', texts }
}

/** Without those that hold a figure, for references are no words, and without the places of words that a script fills in. */
const wordsOf = (text: string): string[] =>
  (
    text
      .toLowerCase()
      .replaceAll(/%\p{L}+/gu, '')
      .match(/[\p{L}\p{N}]+/gu) ?? []
  ).filter(word => /^\p{L}+$/u.test(word))

/** Every word that moments are told with, and sizes of files. */
function* dateWords(locale: string, timeZones: string[]): Iterable<string> {
  for (const size of [1, 10, 10_000, 10_000_000]) yield tellSize(size, locale)
  for (const timeZone of timeZones)
    for (let day = 0; day < 366; day += 6.5)
      for (const precision of ['day', 'time', 'moment', 'exact'] as const)
        yield tell(Date.UTC(2026, 0, 1) + days(1) * day, locale, timeZone, precision)
}

/** Stands for what a sentence is given. */
const GAP = '\u0000'

/** Every sentence of a catalogue, also those that are made of what they are given. */
function sentencesOf(words: unknown): string[] {
  if (typeof words === 'string') return [words]
  if (typeof words === 'function') return [GAP, 1, 2, ''].flatMap(first => [GAP, ''].map(rest => String(words(first, rest))))
  return Object.values(words as object).flatMap(sentencesOf)
}

function letterSentences(language: Language): string[] {
  const letters: Words[] = []
  for (const write of Object.values(LETTERS[language]))
    for (const change of ACCOUNT_CHANGES)
      for (const organization of [GAP, ''])
        for (const count of [1, GAP]) {
          const facts = { change, organization, count, fromClinic: count === 1, phone: GAP }
          letters.push(write(new Proxy(facts, { get: (all, name) => Reflect.get(all, name) ?? GAP }) as never))
        }
  const all = letters.flatMap(({ subject, blocks }) => [subject, ...blocks.flatMap(block => ('text' in block ? block.text : []))])
  return [...new Set(all)]
}

function asPattern(sentence: string): RegExp {
  const parts = sentence.replaceAll(/\s+/g, ' ').split(GAP)
  const literal = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  return new RegExp(`^${parts.map(literal).join('(.*?)')}$`, 's')
}
