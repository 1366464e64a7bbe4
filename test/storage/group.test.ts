import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Groups } from '../../storage/engines/group.ts'
import { Connection } from '../../storage/engines/turn.ts'

// On a writer without a database, by a stopwatch that moves when a work moves it.
let now = 0
const commits: string[][] = []
let group: string[] = []

beforeEach(() => {
  now = 0
  commits.length = 0
  group = []
  vi.spyOn(performance, 'now').mockImplementation(() => now)
})
afterEach(() => {
  vi.restoreAllMocks()
})

function groups(commitTakes = 0): Groups {
  const writer = {
    begin: () => true,
    exec(statement: string) {
      if (statement !== 'commit') return
      now += commitTakes
      commits.push(group)
      group = []
    },
    durable: async () => undefined,
    inTransaction: () => true,
    busy: () => new Error('busy'),
    ended: () => undefined,
  }
  return new Groups(writer, new Connection(), 5_000)
}

const work =
  (name: string, takes = 0) =>
  async (): Promise<void> => {
    group.push(name)
    now += takes
  }
const names = (prefix: string, count: number) => Array.from({ length: count }, (_, number) => `${prefix}${number}`)

test('who gives way lets three others go first, and each kind keeps its order', async () => {
  const line = groups()
  await Promise.all([
    ...names('system ', 3).map(name => line.write(work(name), true)),
    ...names('person ', 8).map(name => line.write(work(name), false)),
  ])
  const expected = 'person 0, person 1, person 2, system 0, person 3, person 4, person 5, system 1, person 6, person 7, system 2'
  expect(commits.flat()).toEqual(expected.split(', '))
})

test('who gives way gets on although others come without end', async () => {
  const line = groups()
  let isOver = false
  let opened = 0
  const opens = async (): Promise<void> => {
    while (!isOver && opened < 1_000) await line.write(work(`person ${opened++}`), false)
  }
  const people = Array.from({ length: 8 }, opens)
  await line.write(work('system'), true)
  isOver = true
  await Promise.all(people)
  expect(opened).toBeLessThan(50)
})

test('a group ends after a while, so that those who share its commit do not wait for all who came with them', async () => {
  const line = groups()
  await Promise.all(names('work ', 30).map(name => line.write(work(name, 1), false)))
  expect(commits.map(({ length }) => length)).toEqual([8, 8, 8, 6])
})

test('however slow they are, some share a commit', async () => {
  const line = groups()
  await Promise.all(names('slow ', 10).map(name => line.write(work(name, 100), false)))
  expect(commits.map(({ length }) => length)).toEqual([8, 2])
})

test('where a commit takes long, more works share it', async () => {
  const line = groups(12)
  await Promise.all(names('work ', 50).map(name => line.write(work(name, 1), false)))
  expect(commits.map(({ length }) => length)).toEqual([8, 24, 18])
})

test('the event loop goes round in the middle of a group, and who arrives then comes along, ahead of those who give way', async () => {
  const line = groups()
  const slow = names('slow ', 3).map(name => line.write(work(name, 2), true))
  const late = new Promise(resolve => setImmediate(resolve)).then(
    () => new Promise(resolve => setImmediate(() => resolve(line.write(work('late'), false)))),
  )
  await Promise.all([...slow, late])
  expect(commits).toHaveLength(1)
  expect(commits[0]!.at(-1)).not.toBe('late')
  expect(commits[0]).toContain('late')
})

test('the event loop goes round before the commit, but not where nobody else waits and none may hold the writer for long', async () => {
  const committing = { begins: () => undefined, ends: () => undefined }
  const commitsBeforeItWentRound = async (told?: typeof committing) => {
    commits.length = 0
    let before = -1
    const slow = async () => {
      now += 3
      setImmediate(() => {
        before = commits.length
      })
    }
    await groups().write(slow, true, told)
    await new Promise(resolve => setImmediate(resolve))
    return before
  }
  expect(await commitsBeforeItWentRound()).toBe(0)
  expect(await commitsBeforeItWentRound(committing)).toBe(1)
})
