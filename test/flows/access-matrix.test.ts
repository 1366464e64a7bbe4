import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isPortalError } from '../../server/errors.ts'
import type { Outcome, Row } from './access/answers.ts'
import { everybody, type People, ROLES, type Role, WHOSE, type Whose } from './access/people.ts'
import { TABLE } from './access/table.ts'
import { type Thing, thingsOf } from './access/things.ts'

// Every row makes what it asks for anew, so one portal serves them all.
let people: People
beforeAll(async () => {
  people = await everybody()
})
afterAll(() => people.world.close())

/** What outside can be told apart: done, or which refusal in which words. */
type Told = 'done' | { code: string; sentence: string; fields: unknown }

async function told(asked: Promise<unknown>): Promise<Told> {
  try {
    await asked
    return 'done'
  } catch (error) {
    if (!isPortalError(error)) throw error // a mistake of ours is no answer
    return { code: error.code, sentence: error.message, fields: error.fields }
  }
}

const outcomeOf = (answer: Told): string => (answer === 'done' ? 'yes' : answer.code)
const trailSize = async (): Promise<number> => (await people.world.parts.store.read(tx => tx.trail.head())).size

interface Cell {
  role: Role
  whose: Whose
  told: Told
  /** Entries that it left in the trail. */
  left: number
}

/** Nobody's and others' first, one's own last, so that what is done to it changes no other cell. */
const ORDER: Whose[] = [...WHOSE].reverse()

async function ask(row: Row, asked = people): Promise<Cell[]> {
  const things = row.about === undefined ? async (): Promise<Thing> => ({ id: '', attachment: '' }) : thingsOf(people, row.about)
  const cells: Cell[] = []
  for (const role of ROLES) {
    const who = await people.credentials(role, row.scope)
    for (const whose of row.about === undefined ? (['own'] as const) : ORDER) {
      const thing = await things(role, whose)
      const before = await trailSize()
      const answer = await told(row.ask(asked, who, thing, role))
      cells.push({ role, whose, told: answer, left: (await trailSize()) - before })
    }
  }
  return cells
}

const expected = ({ answers, about }: Row): [Role, Whose, Outcome][] =>
  ROLES.flatMap(role => {
    const answer = answers[role]
    return (about === undefined ? (['own'] as const) : ORDER).map((whose): [Role, Whose, Outcome] => [
      role,
      whose,
      typeof answer === 'string' ? answer : answer[whose],
    ])
  })

test('every use case of the portal stands in the table, and nothing else', () => {
  expect(new Set(TABLE.map(row => row.method))).toEqual(new Set(Object.keys(people.world.portal)))
})

test('a use case that is not in the table would be noticed', () => {
  const more = { ...people.world.portal, exportEverything: async () => undefined }
  expect(Object.keys(more).filter(method => !TABLE.some(row => row.method === method))).toEqual(['exportEverything'])
})

test('a use case that answers anybody who is signed in would be noticed', async () => {
  const row = TABLE.find(({ method }) => method === 'openMessage')!
  const portal = { ...people.world.portal, openMessage: async () => undefined }
  const cells = await ask(row, { ...people, world: { ...people.world, portal } })
  const wrong = cells
    .map(({ role, whose, told }) => [role, whose, outcomeOf(told)])
    .filter((cell, i) => cell[2] !== expected(row)[i]![2])
  expect(wrong).toContainEqual(['otherPatient', 'other', 'yes'])
  expect(wrong).toContainEqual(['administrator', 'own', 'yes'])
})

describe.each(TABLE.map(row => ({ name: `${row.method}${row.about === undefined ? '' : ` (${row.about})`}`, row })))(
  '$name',
  ({ row }) => {
    let cells: Cell[]
    beforeAll(async () => {
      cells = await ask(row)
    })

    test('answers everybody as the table says', () => {
      expect(cells.map(({ role, whose, told }) => [role, whose, outcomeOf(told)])).toEqual(expected(row))
    })

    if (row.about === undefined) return

    test('tells nobody whether what is not theirs exists', () => {
      for (const role of ROLES) {
        const of = (whose: Whose) => cells.find(cell => cell.role === role && cell.whose === whose)!.told
        if (expectedOf(row, role, 'otherOrganization') !== 'yes') expect(of('otherOrganization'), role).toEqual(of('missing'))
        if (expectedOf(row, role, 'other') !== 'yes') expect(of('other'), role).toEqual(of('missing'))
      }
    })

    test('leaves no trace where it refuses', () => {
      expect(cells.filter(({ told, left }) => told !== 'done' && left > 0)).toEqual([])
    })
  },
)

const expectedOf = (row: Row, role: Role, whose: Whose): Outcome => {
  const answer = row.answers[role]
  return typeof answer === 'string' ? answer : answer[whose]
}

test('nobody ends a session that is not theirs', async () => {
  const { portal } = people.world
  for (const role of ['otherPatient', 'colleague', 'foreignProvider', 'administrator'] as const) {
    const victim = await people.credentials('provider')
    const { session } = await people.visitor(victim)
    await portal.revokeSession(await people.visitor(await people.credentials(role)), session)
    expect((await people.visitor(victim)).session).toBe(session)
  }
})

test('lists hold what is one’s own alone', async () => {
  const { portal } = people.world
  const page = { limit: 100 }
  const seen = new Map<string, Role[]>()
  const note = (role: Role, ids: string[]) => {
    for (const id of new Set(ids)) seen.set(id, [...(seen.get(id) ?? []), role])
  }
  for (const role of ['patient', 'otherPatient'] as const) {
    const reader = (await people.visitor(await people.credentials(role))) as never
    note(
      role,
      (await portal.listMessages(reader, page)).lines.map(line => line.id),
    )
  }
  for (const role of ['provider', 'colleague', 'foreignProvider', 'client', 'foreignClient'] as const) {
    const asking = await people.asking(await people.credentials(role))
    const deposits = await portal.listDeposits(asking, page)
    note(
      role,
      deposits.map(line => line.id),
    )
    const replies = await portal.listReplies(asking, page, 'newest')
    note(
      role,
      replies.map(line => `reply ${line.id}`),
    )
  }
  expect(seen.size).toBeGreaterThan(20)
  expect([...seen].filter(([, roles]) => roles.length > 1)).toEqual([])
})
