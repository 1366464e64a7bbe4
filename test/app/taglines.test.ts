import { expect, test } from 'vitest'
import { TAGLINES } from '../../app/language/taglines.ts'

test('help is offered in fifteen languages besides English, each named once and as it names itself', () => {
  const tags = TAGLINES.map(({ language }) => language)
  expect(tags).toHaveLength(15)
  expect(new Set(tags).size).toBe(15)
  for (const { language, name } of TAGLINES) {
    // The library knows the one by its official name, Filipino, and the other in English alone.
    if (language === 'tl' || language === 'ht') continue
    const own = new Intl.DisplayNames([language], { type: 'language' }).of(language)!
    expect(own.toLocaleLowerCase(language), language).toContain(name.toLocaleLowerCase(language).split(' ')[0])
  }
})

const SCRIPTS: Record<string, RegExp> = {
  'zh-Hant': /^[\p{Script=Han}\p{P}]+$/u,
  ko: /^[\p{Script=Hangul}\p{P}\s]+$/u,
  ja: /\p{Script=Hiragana}/u,
  ru: /^[\p{Script=Cyrillic}\p{P}\s]+$/u,
  ar: /^[\p{Script=Arabic}\p{M}\p{P}\s]+$/u,
  fa: /^[\p{Script=Arabic}\p{M}\p{P}\s\u200c]+$/u,
}

test.each(TAGLINES)('$name is written in its own script and direction, and says whom to call', tagline => {
  const { language, direction, attention, call } = tagline
  expect(direction).toBe(['ar', 'fa'].includes(language) ? 'rtl' : 'ltr')
  for (const text of [attention, call]) {
    expect(text).toMatch(SCRIPTS[language] ?? /^[\p{Script=Latin}\p{M}\p{P}\s]+$/u)
    expect(text).toMatch(/[.。]$/)
  }
})

test('traditional Chinese has no simplified characters, and Persian and Arabic keep their own letters', () => {
  const words = (language: string) =>
    TAGLINES.filter(line => line.language === language).map(line => line.attention + line.call)[0]!
  expect(words('zh-Hant')).not.toMatch(/[话说请为医诊号码们务协]/)
  expect(words('fa')).not.toMatch(/[يك]/)
  expect(words('ar')).not.toMatch(/[یک]/)
})
