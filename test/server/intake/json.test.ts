import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readJson } from '../../../server/intake/json.ts'

const read = (text: string) => readJson(Buffer.from(text))

test('what JSON can say is read as JSON.parse reads it', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 20 }), value => {
      const text = JSON.stringify(value)
      if (/"(__proto__|constructor|prototype)":/.test(text)) return
      expect(read(text)).toEqual(JSON.parse(text))
    }),
  )
})

test('brackets, commas and quotation marks inside of strings are words', () => {
  const value = { a: '{"a":[,]}', 'b"': '\\', c: ['\\"', '}', { a: 1 }] }
  expect(read(JSON.stringify(value))).toEqual(value)
})

describe('refused as malformed', () => {
  test.each([
    ['a key twice', '{"a":1,"a":2}'],
    ['a key twice, once in disguise', '{"a":1,"\\u0061":2}'],
    ['a key twice, deep inside', '[{"x":{"a":[],"b":{},"a":1}}]'],
    ['__proto__', '{"__proto__":{"admin":true}}'],
    ['__proto__ in disguise', '{"__pr\\u006fto__":1}'],
    ['constructor', '{"a":{"constructor":1}}'],
    ['prototype', '{"prototype":1}'],
    ['33 levels', `${'['.repeat(33)}${']'.repeat(33)}`],
    ['10,000 levels', `${'['.repeat(10_000)}${']'.repeat(10_000)}`],
    ['10,000 levels of objects', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
    ['an open end', '{"a":1'],
    ['an open string', '{"a'],
    ['nothing', ''],
    ['two values', '1 2'],
    ['a trailing comma', '{"a":1,}'],
    ['a comment', '{} // x'],
    ['more values than a request has use for', `[${'{},'.repeat(9_999)}{}]`],
    ['more values than a request has use for, in many objects', `[${'{"a":1,"b":2},'.repeat(4_000)}1]`],
    ['an object with hundreds of keys', `{${Array.from({ length: 101 }, (_, key) => `"k${key}":1`).join()}}`],
    ['closing without opening', ']]]]{"a":1,"a":2}'],
    ['a byte order mark', '\ufeff{}'],
  ])('%s', (_what, text) => expect(() => read(text)).toThrow(expect.objectContaining({ code: 'malformed' })))

  test('bytes that are not UTF-8', () => {
    expect(() => readJson(Uint8Array.of(0x22, 0xff, 0x22))).toThrow(expect.objectContaining({ code: 'malformed' }))
    expect(() => readJson(Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22))).toThrow(expect.objectContaining({ code: 'malformed' }))
  })
})

test('who may send more values says so', () => {
  const many = `[${'1,'.repeat(10_000)}1]`
  expect(() => read(many)).toThrow(expect.objectContaining({ code: 'malformed' }))
  expect(readJson(Buffer.from(many), 10_001)).toHaveLength(10_001)
})

test('32 levels are read', () => {
  expect(read(`${'['.repeat(32)}${']'.repeat(32)}`)).toBeInstanceOf(Array)
})

test('megabytes of backslashes and quotation marks are read in one pass', () => {
  const value = ['\\'.repeat(2_000_000), '"'.repeat(2_000_000)]
  expect(read(JSON.stringify(value))).toEqual(value)
})
