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

/** What statements are told apart by: the names and lengths of what they are given. Null is a value. */
type Shape = { names: readonly string[] | null; inner: readonly Shape[] } | null

interface Known<Row> {
  shape: Shape
  query: CompiledQuery<Row>
  /** Whether the statement takes the values as they come, each once. */
  isInOrder: boolean
}

/**
 * A statement that is built and compiled once for each shape of what it is given, and for each kind of database; after that only its
 * values change. On the paths that everybody takes, building statements would cost more than running them.
 *
 * @param build - must not look at the values: it sees something else in their place.
 */
export function prepared<G extends object, Row>(build: (db: Kysely<Database>, given: G) => Compilable<Row>) {
  const everywhere = new Map<unknown, Known<Row>[]>()

  const compiled = (db: Kysely<Database>, known: Known<Row>[], given: G): Known<Row> => {
    if (known.length >= MAX_SHAPES) known.length = 0
    let slots = 0
    const query = build(db, replaced(given as Given, () => new Slot(slots++)) as unknown as G).compile()
    const isInOrder =
      slots === query.parameters.length && query.parameters.every((one, at) => one instanceof Slot && one.at === at)
    const one = { shape: shapeOf(given as Given), query, isInOrder }
    known.push(one)
    return one
  }

  return async (db: Kysely<Database>, given: G): Promise<QueryResult<Row>> => {
    const { adapter } = db.getExecutor()
    const known = everywhere.get(adapter.constructor) ?? []
    if (known.length === 0) everywhere.set(adapter.constructor, known)
    let values: Value[] = []
    let one = known.find(({ shape }) => {
      values = []
      return fits(shape, given as Given, values)
    })
    if (one === undefined) {
      one = compiled(db, known, given)
      values = []
      fits(one.shape, given as Given, values)
    }
    const { query, isInOrder } = one
    const parameters = isInOrder ? values : query.parameters.map(each => (each instanceof Slot ? values[each.at] : each))
    const statement = { ...query, parameters }
    // Kysely's own way takes longer than the statement.
    return answersAtOnce(adapter) ? adapter.answer<Row>(statement) : db.executeQuery(statement)
  }
}

const answersAtOnce = (adapter: DialectAdapter): adapter is DialectAdapter & AnswersAtOnce => 'answer' in adapter

const isValue = (given: Value | Given): given is Value =>
  typeof given !== 'object' || given === null || given instanceof Uint8Array

function shapeOf(given: Value | Given): Shape {
  if (isValue(given)) return null
  return { names: Array.isArray(given) ? null : Object.keys(given), inner: Object.values(given).map(shapeOf) }
}

/** Whether what is given has this shape. Its values come into `into` on the way: to go through it twice takes as long as the statement. */
function fits(shape: Shape, given: Value | Given, into: Value[]): boolean {
  if (isValue(given)) {
    into.push(given)
    return shape === null
  }
  if (shape === null) return false
  const { names, inner } = shape
  if (Array.isArray(given)) {
    if (names !== null || given.length !== inner.length) return false
    for (let at = 0; at < inner.length; at++) if (!fits(inner[at]!, given[at] as Value | Given, into)) return false
    return true
  }
  if (names === null) return false
  let at = 0
  for (const name in given) {
    if (name !== names[at] || !fits(inner[at]!, (given as { [name: string]: Value | Given })[name]!, into)) return false
    at++
  }
  return at === names.length
}

function replaced(given: Value | Given, slot: () => Slot): unknown {
  if (isValue(given)) return slot()
  if (Array.isArray(given)) return given.map(one => replaced(one, slot))
  return Object.fromEntries(Object.entries(given).map(([name, one]) => [name, replaced(one, slot)]))
}
