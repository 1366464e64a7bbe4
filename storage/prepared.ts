import type { Compilable, CompiledQuery, DialectAdapter, Kysely, QueryResult } from 'kysely'
import type { AnswersAtOnce } from './engines/engine.ts'
import type { Database } from './schema.ts'

type Value = string | number | Uint8Array | null
/** What a statement is given: values, or rows and lists of them. */
type Given = { readonly [name: string]: Value | Given } | readonly (Value | Given)[]

/** More shapes than any statement has; lists make one for each length. */
const MAX_SHAPES = 100

/** Stands for a value while a statement is built, and says where among all values it is found. */
class Slot {
  readonly at: number

  constructor(at: number) {
    this.at = at
  }
}

/**
 * A statement that is built and compiled once for each shape of what it is given, and for each kind of database; after that only its
 * values change. On the paths that everybody takes, building statements would cost more than running them.
 *
 * @param build - must not look at the values: it sees something else in their place.
 */
export function prepared<G extends object, Row>(build: (db: Kysely<Database>, given: G) => Compilable<Row>) {
  const known = new Map<string, CompiledQuery<Row>>()

  const compiled = (db: Kysely<Database>, adapter: DialectAdapter, given: G): CompiledQuery<Row> => {
    const shape = adapter.constructor.name + shapeOf(given as Given)
    const before = known.get(shape)
    if (before) return before
    if (known.size >= MAX_SHAPES) known.clear()
    let slots = 0
    const query = build(db, replaced(given as Given, () => new Slot(slots++)) as unknown as G).compile()
    known.set(shape, query)
    return query
  }

  return async (db: Kysely<Database>, given: G): Promise<QueryResult<Row>> => {
    const { adapter } = db.getExecutor()
    const query = compiled(db, adapter, given)
    const values = flat(given as Given, [])
    const parameters = query.parameters.map(parameter => (parameter instanceof Slot ? values[parameter.at] : parameter))
    const statement = { ...query, parameters }
    // Kysely's own way takes longer than the statement.
    return answersAtOnce(adapter) ? adapter.answer<Row>(statement) : db.executeQuery(statement)
  }
}

const answersAtOnce = (adapter: DialectAdapter): adapter is DialectAdapter & AnswersAtOnce => 'answer' in adapter

const isValue = (given: Value | Given): given is Value =>
  typeof given !== 'object' || given === null || given instanceof Uint8Array

function shapeOf(given: Value | Given): string {
  if (isValue(given)) return '?'
  let shape = Array.isArray(given) ? '[' : '{'
  if (Array.isArray(given)) for (const one of given) shape += shapeOf(one)
  else for (const [name, one] of Object.entries(given)) shape += isValue(one) ? `${name},` : `${name}:${shapeOf(one)},`
  return `${shape}.`
}

function replaced(given: Value | Given, slot: () => Slot): unknown {
  if (isValue(given)) return slot()
  if (Array.isArray(given)) return given.map(one => replaced(one, slot))
  return Object.fromEntries(Object.entries(given).map(([name, one]) => [name, replaced(one, slot)]))
}

function flat(given: Value | Given, into: Value[]): Value[] {
  if (isValue(given)) into.push(given)
  else for (const one of Object.values(given)) flat(one, into)
  return into
}
