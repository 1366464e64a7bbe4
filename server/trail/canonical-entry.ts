import type { Instant } from '../time.ts'

const WORD = '"[A-Za-z0-9_.:+-]{1,64}"'
const NAME = '"[a-z][A-Za-z0-9]{0,31}"'
// Fifteen digits: every such number is a safe integer. A larger one is for the slow reader to judge.
const COUNT = '(?:0|[1-9][0-9]{0,14})'
const VALUE = `(?:${WORD}|true|false|0|-?[1-9][0-9]{0,14})`
const record = (value: string) => `\\{((?:${NAME}:${value}(?:,${NAME}:${value})*)?)\\}`

/** Every part ends where the next begins, and none can end in two ways: the time grows with the length alone. */
const ENTRY = new RegExp(
  [
    `^\\{"action":(${WORD}),"actor":\\{"id":${WORD},"kind":${WORD}\\},"at":(${COUNT})`,
    `(?:,"commitments":${record(WORD)})?(?:,"detail":${record(VALUE)})?`,
    `,"index":(${COUNT})(?:,"level":${WORD})?(?:,"method":${WORD})?`,
    `,"object":(null|${WORD}),"organization":${WORD},"revision":(null|${COUNT}),"v":1\\}$`,
  ].join(''),
)

/** What tells where an entry stands and which change it is of. */
export interface EntryPlace {
  action: string
  at: Instant
  index: number
  object: string | null
  revision: number | null
}

/**
 * Whether this is an entry of the trail in canonical form, told by one look at its text: a verifier reads millions. What this does not
 * know is not thereby wrong; whoever asks must look closer then.
 */
export function isCanonicalEntry(text: string): boolean {
  const found = ENTRY.exec(text)
  return found !== null && isSorted(found[3]) && isSorted(found[4])
}

/** As {@link isCanonicalEntry}, and what was seen by that one look; null where closer reading is needed. */
export function canonicalPlace(text: string): EntryPlace | null {
  const found = ENTRY.exec(text)
  if (found === null) return null
  const [, action, at, commitments, detail, index, object, revision] = found
  if (!isSorted(commitments) || !isSorted(detail)) return null
  return {
    action: action!.slice(1, -1),
    at: Number(at),
    index: Number(index),
    object: object === 'null' ? null : object!.slice(1, -1),
    revision: revision === 'null' ? null : Number(revision),
  }
}

/** Whether the names of a record stand in order, each once. */
function isSorted(members: string | undefined): boolean {
  if (!members) return true
  let before = ''
  for (const member of members.split(',')) {
    const name = member.slice(1, member.indexOf('"', 1))
    if (name <= before) return false
    before = name
  }
  return true
}
