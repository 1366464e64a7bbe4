import { PortalError } from '../errors.ts'

const MAX_JSON_DEPTH = 32
/** A deposit for fifty people with twenty files holds some 400 values. Each costs memory many times what it weighs as text. */
const MAX_JSON_VALUES = 10_000
const MAX_KEYS = 100
/** `__proto__` reaches the prototype when objects are merged; the other two lead to it. No field of ours has such a name. */
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * Reads JSON from somebody we do not trust. Stricter than JSON.parse: bytes must be UTF-8, objects and arrays at most 32 deep, no key
 * twice in one object (two readers would see two different deposits), no key that reaches a prototype, and no more values than a
 * request has use for: forty megabytes of `{},` would become more than a gigabyte of objects.
 *
 * One pass over the text with a stack of its own, so that neither depth nor length costs more than they weigh; JSON.parse then
 * judges the grammar.
 *
 * @param mostValues - counted over the whole text, whatever holds them.
 * @throws PortalError `malformed`.
 */
export function readJson(bytes: Uint8Array, mostValues = MAX_JSON_VALUES): unknown {
  const text = decode(bytes)
  checkStructure(text, mostValues)
  try {
    return JSON.parse(text)
  } catch {
    throw malformed('This is not JSON.')
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw malformed('This is not UTF-8.')
  }
}

/** The keys seen so far in the object we are in; null inside an array. */
type Level = Set<string> | null

function checkStructure(text: string, mostValues: number): void {
  const levels: Level[] = []
  let keyMayFollow = false
  let values = 0
  // Each value but the first of all comes after a comma or after what it stands in.
  const countOne = () => {
    if (++values > mostValues) throw malformed(`Send at most ${mostValues} values at once.`)
  }
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x7b: // {
      case 0x5b: // [
        countOne()
        keyMayFollow = text[i] === '{'
        levels.push(keyMayFollow ? new Set() : null)
        if (levels.length > MAX_JSON_DEPTH) throw malformed(`Nest objects and arrays at most ${MAX_JSON_DEPTH} deep.`)
        break
      case 0x7d: // }
      case 0x5d: // ]
        levels.pop()
        keyMayFollow = false
        break
      case 0x2c: // ,
        countOne()
        keyMayFollow = levels.at(-1) instanceof Set
        break
      case 0x22: {
        // "
        const end = endOfString(text, i)
        const keys = levels.at(-1)
        if (keyMayFollow && keys) noteKey(keys, text.slice(i, end + 1))
        keyMayFollow = false
        i = end
      }
    }
  }
}

/** Where the string that begins at `start` ends. Each backslash is looked at once: linear, whatever the string holds. */
function endOfString(text: string, start: number): number {
  let end = start
  for (;;) {
    end = text.indexOf('"', end + 1)
    if (end === -1) throw malformed('This is not JSON.')
    let backslashes = 0
    while (text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes++
    if (backslashes % 2 === 0) return end
  }
}

function noteKey(keys: Set<string>, literal: string): void {
  const key = unescaped(literal)
  if (FORBIDDEN_KEYS.has(key)) throw malformed('This holds a key that is not allowed.')
  if (keys.has(key)) throw malformed('This holds a key twice.')
  if (keys.size === MAX_KEYS) throw malformed(`Give an object at most ${MAX_KEYS} keys.`)
  keys.add(key)
}

/** As JSON.parse will see it: "\u0061" and "a" are the same key. */
function unescaped(literal: string): string {
  if (!literal.includes('\\')) return literal.slice(1, -1)
  try {
    return JSON.parse(literal)
  } catch {
    throw malformed('This is not JSON.')
  }
}

const malformed = (sentence: string): PortalError => new PortalError('malformed', sentence)
