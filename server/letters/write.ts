import type { Mail } from '../mailer.ts'
import type { Letter, LetterKind } from '../outbox.ts'
import type { Settings } from '../parts.ts'
import { en } from './language/en.ts'
import { es } from './language/es.ts'
import { ACCOUNT_CHANGES, type LetterValues } from './letter.ts'
import { momentInWords } from './moment.ts'
import { htmlPart, oneLine, textPart } from './parts.ts'
import type { Letters, NoticeFacts, Words } from './words.ts'

const LANGUAGES: Record<string, Letters> = { en, es }
/** How dates and hours are told to whoever named a language and no country. */
const LOCALES: Record<string, string> = { en: 'en-US', es: 'es-US' }
const FALLBACK = 'en'

type Origin = Pick<Settings, 'origin'>

/**
 * Writes a letter, at the moment it is sent.
 *
 * @param letter - its values must be those of its kind ({@link LetterValues}).
 * @param together - other notices to the same person that this one stands for.
 * @param languages - others than those there are, in tests.
 * @throws TypeError when a value is missing or is not what it should be. Nothing half-written is ever sent.
 */
export function writeLetter(
  letter: Letter,
  together: Letter[],
  settings: Pick<Settings, 'origin' | 'mailFrom'>,
  languages = LANGUAGES,
): Mail {
  const { locale, language } = languageOf(letter.content.language)
  const { subject, blocks } = WRITERS[letter.kind]({ letter, together, settings, locale, language, words: languages[language]! })
  return {
    to: letter.content.to,
    from: settings.mailFrom,
    returnPath: returnPathOf(settings.mailFrom),
    subject: oneLine(subject),
    text: textPart(blocks),
    html: htmlPart(subject, blocks, language),
    messageId: letter.messageIdHeader,
    language,
  }
}

/** The envelope's sender. One place, so that a bounce address that names its letter can come from here. */
function returnPathOf(mailFrom: string): string {
  const bracketed = /<([^<>]*)>\s*$/.exec(mailFrom)
  return (bracketed?.[1] ?? mailFrom).trim()
}

/** The catalogue's language nearest to what the person chose, and the locale that dates are told in. */
function languageOf(tag: string): { locale: string; language: string } {
  const language = tag.split('-')[0]!.toLowerCase()
  if (!Object.hasOwn(LANGUAGES, language)) return { locale: LOCALES[FALLBACK]!, language: FALLBACK }
  const isCountryNamed = tag.includes('-') && wellFormed(tag)
  const [named] = isCountryNamed ? Intl.DateTimeFormat.supportedLocalesOf([tag]) : []
  return { locale: named ?? LOCALES[language]!, language }
}

const wellFormed = (tag: string): boolean => /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/.test(tag)

interface Task {
  letter: Letter
  together: Letter[]
  settings: Origin
  locale: string
  language: string
  words: Letters
}

const WRITERS: Record<LetterKind, (task: Task) => Words> = {
  notice({ letter, together, settings, locale, language, words }) {
    const { value, name } = valuesOf<'notice'>(letter)
    const soonest = [letter, ...together].map(each => valuesOf<'notice'>(each).value('until')).sort(byMoment)[0]!
    return words.notice({
      // A message whose notice was asked for twice is still one message.
      count: new Set([letter, ...together].map(each => each.message)).size,
      organization: name('organization'),
      phone: name('phone'),
      link: landing(value('locator'), language, settings),
      host: hostOf(settings),
      until: momentInWords(soonest, value('timeZone'), locale),
    })
  },

  reminder: task => task.words.reminder(nudgeFacts(task)),
  expiry_warning: task => task.words.expiryWarning(nudgeFacts(task)),

  code({ letter, settings, words }) {
    const { name } = valuesOf<'code'>(letter)
    return words.code({
      code: name('code'),
      reference: name('reference'),
      minutes: name('minutes'),
      organization: name('organization'),
      phone: name('phone'),
      host: hostOf(settings),
    })
  },

  account_change({ letter, settings, locale, words }) {
    const { value, name } = valuesOf<'account_change'>(letter)
    const change = ACCOUNT_CHANGES.find(known => known === value('change'))
    if (change === undefined) throw new TypeError('A letter about an account names a change that has no words.')
    return words.accountChange({
      change,
      at: momentInWords(value('at'), value('timeZone'), locale),
      organization: name('organization'),
      phone: name('phone'),
      host: hostOf(settings),
    })
  },

  recovery_started({ letter, settings, locale, words }) {
    const { value, name } = valuesOf<'recovery_started'>(letter)
    return words.recoveryStarted({
      link: ownLink(value('link'), settings),
      fromClinic: value('with') === 'claim_code',
      at: momentInWords(value('at'), value('timeZone'), locale),
      opensAt: momentInWords(value('opensAt'), value('timeZone'), locale),
      until: momentInWords(value('closesAt'), value('timeZone'), locale),
      organization: name('organization'),
      phone: name('phone'),
      host: hostOf(settings),
    })
  },

  new_sign_in({ letter, settings, locale, words }) {
    const { value, name } = valuesOf<'new_sign_in'>(letter)
    return words.newSignIn({
      link: `${settings.origin}/account/not-me`,
      at: momentInWords(value('at'), value('timeZone'), locale),
      organization: name('organization'),
      phone: name('phone'),
      host: hostOf(settings),
    })
  },

  invitation({ letter, settings, locale, words }) {
    const { value, name } = valuesOf<'invitation'>(letter)
    return words.invitation({
      link: ownLink(value('link'), settings),
      organization: name('organization'),
      until: momentInWords(value('until'), value('timeZone'), locale),
      host: hostOf(settings),
    })
  },

  reply_waiting({ letter, settings, words }) {
    const { value, name } = valuesOf<'reply_waiting'>(letter)
    return words.replyWaiting({
      link: `${settings.origin}/replies/${opaque(value('reply'))}`,
      organization: name('organization'),
      host: hostOf(settings),
    })
  },

  more_time_asked({ letter, settings, words }) {
    const { value, name } = valuesOf<'more_time_asked'>(letter)
    return words.moreTimeAsked({
      link: `${settings.origin}/sent/${opaque(value('deposit'))}`,
      organization: name('organization'),
      host: hostOf(settings),
    })
  },

  more_time_given({ letter, settings, locale, language, words }) {
    const { value, name } = valuesOf<'more_time_given'>(letter)
    return words.moreTimeGiven({
      organization: name('organization'),
      phone: name('phone'),
      link: landing(value('locator'), language, settings),
      host: hostOf(settings),
      until: momentInWords(value('until'), value('timeZone'), locale),
    })
  },

  not_for_me({ letter, settings, words }) {
    const { value, name } = valuesOf<'not_for_me'>(letter)
    return words.notForMe({
      link: ownLink(value('link'), settings),
      organization: name('organization'),
      host: hostOf(settings),
    })
  },
}

function nudgeFacts({ letter, settings, locale, language }: Task): NoticeFacts {
  const { value, name } = valuesOf<'reminder' | 'expiry_warning'>(letter)
  return {
    count: Number(value('count')),
    organization: name('organization'),
    phone: name('phone'),
    link: landing(value('locator'), language, settings),
    host: hostOf(settings),
    until: momentInWords(value('until'), value('timeZone'), locale),
  }
}

/**
 * Where a notice leads. A language is named where it is not the one that people get of whom nothing is known: the page then speaks it
 * before anybody signs in, whatever the locator.
 */
const landing = (locator: string, language: string, settings: Origin): string =>
  `${settings.origin}/m/${opaque(locator)}${language === FALLBACK ? '' : `?language=${language}`}`

/** `value`: as it is, and it must be there. `name`: as it may stand in a sentence, on one line. */
function valuesOf<K extends LetterKind>(letter: Letter) {
  const value = (key: keyof LetterValues[K] & string): string => {
    const found = letter.content.values[key]
    if (found === undefined) throw new TypeError(`A letter of kind ${letter.kind} needs the value ${key}.`)
    return found
  }
  return { value, name: (key: keyof LetterValues[K] & string) => oneLine(value(key)) }
}

const byMoment = (a: string, b: string): number => Date.parse(a) - Date.parse(b)

const hostOf = (settings: Origin): string => new URL(settings.origin).host

/** A locator or an id: nothing in it can lead a link anywhere else. */
function opaque(word: string): string {
  if (!/^[A-Za-z0-9_-]{1,128}$/.test(word)) throw new TypeError('A letter holds a locator or an id that is none.')
  return word
}

/** The configured origin is the only source of links, whatever lies in the outbox. */
function ownLink(link: string, settings: Origin): string {
  if (!link.startsWith(`${settings.origin}/`) || /[^\x21-\x7e]/.test(link)) {
    throw new TypeError('A letter holds a link that does not lead to this portal.')
  }
  return link
}
