import { PortalError } from './errors.ts'
import type { Parts } from './parts.ts'
import { asActor } from './reader.ts'
import { requireStaff, type Staff, type Visitor } from './sign-in/visitor.ts'
import type { Instant } from './time.ts'
import { type Detail, decodeEntry, type Entry, isAction, record } from './trail/entry.ts'
import type { TrailFilter, TrailRow } from './trail/store.ts'
import { leafHash, sameHash } from './trail/tree.ts'
import type { TrailLine } from './views.ts'

const PAGE = 50

/** A page of the trail, newest first; `next` is what to ask for `before`, or null at its beginning. */
export interface TrailPage {
  lines: TrailLine[]
  next: number | null
  /** The last signed state of the whole trail. */
  checkpoint: { size: number; at: Instant } | null
}

/**
 * The organization's trail. That somebody looked, and for what kind of thing, is in the trail itself before anything is shown.
 *
 * @throws PortalError `forbidden` for anyone but a compliance officer; `invalid` for an action there is not; `tampered` when an entry
 * is not what was hashed.
 */
export async function trail(
  { store, clock }: Pick<Parts, 'store' | 'clock'>,
  visitor: Visitor,
  filter: TrailFilter & { before?: number | undefined },
): Promise<TrailPage> {
  const officer = requireStaff(visitor, 'compliance')
  const { before, ...wanted } = checkedFilter(filter)
  await store.transaction(tx => record(tx, clock(), lookEntry(officer, wanted, before)))
  return store.read(async tx => {
    const rows = await tx.trail.list(officer.person.organization, wanted, { before, limit: PAGE + 1 })
    const shown = rows.slice(0, PAGE)
    const signed = await tx.trail.latestCheckpoint()
    return {
      lines: shown.map(lineOf),
      next: rows.length > PAGE ? shown.at(-1)!.index : null,
      checkpoint: signed && { size: signed.size, at: signed.at },
    }
  })
}

function checkedFilter({ object, actor, action, before }: TrailFilter & { before?: number | undefined }) {
  if (action !== undefined && !isAction(action)) {
    const fields = [{ field: 'action', problem: 'Choose an action from the list.' }]
    throw new PortalError('invalid', 'There is no such action.', { fields })
  }
  if (before !== undefined && !Number.isSafeInteger(before)) {
    throw new PortalError('invalid', 'There is no such page.', {
      fields: [{ field: 'before', problem: 'Go back to the first page.' }],
    })
  }
  return { object, actor, action, before }
}

/** An id of a message, a deposit or a patient, as the portal makes them, and nothing else that somebody may have typed. */
const PATIENTS_OWN = /^(msg|dep|rcp)_[0-9a-z]{26}$/

/**
 * Which filters were used, by name: somebody may have typed an address into one of them, and no address enters the trail. When it was
 * asked about one patient or their message, the entry is about it, so that they can see it.
 */
function lookEntry(officer: Staff, filter: TrailFilter, before: number | undefined) {
  const detail: Detail = {
    byObject: filter.object !== undefined,
    byActor: filter.actor !== undefined,
    ...(filter.action === undefined ? {} : { shownAction: filter.action }),
    ...(before === undefined ? {} : { before }),
  }
  const object = [filter.object, filter.actor].find(id => id !== undefined && PATIENTS_OWN.test(id)) ?? null
  return { ...asActor(officer), organization: officer.person.organization, action: 'trail.viewed' as const, object, detail }
}

/** What was hashed, not the columns beside it: those only help to find it. @throws PortalError `tampered` */
export function entryOf(row: TrailRow): Entry {
  if (!sameHash(leafHash(row.bytes), row.leafHash)) throw tampered(row.index)
  const entry = decodeEntry(row.bytes)
  if (entry.index !== row.index || entry.organization !== row.organization) throw tampered(row.index)
  return entry
}

function lineOf(row: TrailRow): TrailLine {
  const entry = entryOf(row)
  const { index, at, action, object, revision, level, method, detail = {} } = entry
  const facts = { ...(revision === null ? {} : { revision }), ...(level && { level }), ...(method && { method }), ...detail }
  const words = Object.entries(facts).map(([name, value]) => `${name}: ${value}`)
  return { index, at, actor: entry.actor.id, action, object, detail: words.join(', ') }
}

const tampered = (index: number): PortalError =>
  new PortalError('tampered', `Entry ${index} of the trail is not what was written. Nothing of it is shown.`)
