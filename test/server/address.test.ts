import { describe, expect, test } from 'vitest'
import { normalizeAddress } from '../../server/address.ts'

test.each([
  ['ada@example.com', 'ada@example.com'],
  ['  Ada.Lopez+x@Example.COM ', 'ada.lopez+x@example.com'],
  ["o'hara@mail.example.com", "o'hara@mail.example.com"],
  ['ada@bücher.example', 'ada@xn--bcher-kva.example'],
])('%s is kept as %s', (typed, kept) => expect(normalizeAddress(typed)).toBe(kept))

describe('not one plain address', () => {
  test.each([
    '',
    'ada',
    '@example.com',
    'ada@',
    'ada@localhost',
    'ada@example',
    'ada@127.0.0.1',
    'ada@[127.0.0.1]',
    'ada@example.com,eve@example.com',
    'ada@example.com eve@example.com',
    'Ada <ada@example.com>',
    '"a@b"@example.com',
    'ada(comment)@example.com',
    'ada@example.com\r\nBcc: eve@example.com',
    'ada\n@example.com',
    'ada@exa\tmple.com',
    'ada@example.com\0',
    'ada\u2028@example.com',
    'ada@exam%70le.com',
    '\u212aim@example.com', // the Kelvin sign, whose small letter is a plain k
    'ａda@example.com',
    'ada..lopez@example.com',
    '.ada@example.com',
    'ada.@example.com',
    'ada@-example.com',
    'ada@example..com',
    'ada@example.com.',
    `${'a'.repeat(65)}@example.com`,
    `ada@${'a'.repeat(64)}.com`,
    `ada@${'abc.'.repeat(80)}com`,
    'x'.repeat(100_000),
  ])('%j', typed => expect(normalizeAddress(typed)).toBeNull())
})
