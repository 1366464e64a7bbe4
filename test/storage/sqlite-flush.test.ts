import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStorage } from '../../storage/index.ts'
import { NEW_YEAR, ROOT_KEY, type TemporaryStorage, temporaryStorage } from '../support/storage.ts'
import { organizationNamed } from './kept.ts'

// A disk that takes as long as the test wants, behind the real database.
const { fdatasync } = fs
let asked: (() => void)[] = []
let isSlow = false
let storage: TemporaryStorage

beforeEach(async () => {
  asked = []
  isSlow = false
  const slow = (fd: number, done: (error: NodeJS.ErrnoException | null) => void) =>
    isSlow ? void asked.push(() => fdatasync(fd, done)) : fdatasync(fd, done)
  Object.assign(fs, { fdatasync: slow })
  syncBuiltinESMExports()
  storage = await temporaryStorage()
  // What it owes after a start is done with the first transaction.
  await storage.store.transaction(tx => tx.organizations.list())
  isSlow = true
})

afterEach(async () => {
  isSlow = false
  release()
  await storage.remove()
  Object.assign(fs, { fdatasync })
  syncBuiltinESMExports()
})

/** The disk does what it was asked for so far. */
function release(): void {
  for (const flush of asked.splice(0)) flush()
}

/** Whether a promise is settled once everything that can be done without the disk is done. */
async function isAnswered(promise: Promise<unknown>): Promise<boolean> {
  const settled = promise.then(
    () => true,
    () => true,
  )
  return Promise.race([settled, pause(50, false)])
}

const add = (name: string) => storage.store.transaction(tx => tx.organizations.add(organizationNamed(name)))
const list = () => storage.store.read(tx => tx.organizations.list())

test('a transaction is answered when the disk has it, and not before', async () => {
  const added = add('North Clinic')
  expect(await isAnswered(added)).toBe(false)
  release()
  await added
})

test('a refusal waits like an answer, as it may rest on what another of its commit wrote', async () => {
  const added = add('North Clinic')
  const refused = storage.store.transaction(() => Promise.reject(new Error('there is one already')))
  expect(await isAnswered(refused)).toBe(false)
  release()
  await added
  await expect(refused).rejects.toThrow('there is one already')
})

test('who reads is told nothing that a power cut could take back, and waits for nothing else', async () => {
  expect(await list()).toHaveLength(0)
  const added = add('North Clinic')
  while (asked.length === 0) await pause(1)
  const seen = list()
  const failed = storage.store.read(async tx => {
    if ((await tx.organizations.list()).length > 0) throw new Error('there is one already')
  })
  expect(await isAnswered(seen)).toBe(false)
  expect(await isAnswered(failed)).toBe(false)
  release()
  await added
  expect(await seen).toHaveLength(1)
  await expect(failed).rejects.toThrow('there is one already')
  expect(await list()).toHaveLength(1)
})

test('others go on while the disk is at work, and one flush makes all of theirs durable', async () => {
  const first = add('North Clinic')
  while (asked.length === 0) await pause(1)
  const worked: string[] = []
  const later = ['South Clinic', 'East Clinic', 'West Clinic'].map(name =>
    storage.store.transaction(async tx => {
      await tx.organizations.add(organizationNamed(name))
      worked.push(name)
    }),
  )
  while (worked.length < 3) await pause(1)
  release()
  await first
  expect(await isAnswered(Promise.race(later))).toBe(false)
  expect(asked).toHaveLength(1)
  release()
  await Promise.all(later)
})

test('what another process committed and has not flushed yet is flushed before it is told', async () => {
  const other = await openStorage({
    ...{ url: `sqlite:${storage.file}`, dataDirectory: storage.directory, rootKey: ROOT_KEY, now: NEW_YEAR },
  })
  const added = other.transaction(tx => tx.organizations.add(organizationNamed('North Clinic')))
  while (asked.length === 0) await pause(1)
  const theirs = asked.splice(0)
  const seen = list()
  while (asked.length === 0) await pause(1)
  expect(await isAnswered(seen)).toBe(false)
  release()
  expect(await seen).toHaveLength(1)
  for (const flush of theirs) flush()
  await added
  isSlow = false
  await other.close()
})

test('a close waits for the transaction that is under way while those before it have their answers', async () => {
  let isFirstAnswered = false
  // More than share a commit: the last is in the middle of a later one when the disk has the first.
  const others = Array.from({ length: 32 }, (_, number) => add(`Clinic ${number}`))
  void others[0]!.then(() => {
    isFirstAnswered = true
  })
  const last = storage.store.transaction(async tx => {
    isSlow = false
    release()
    while (!isFirstAnswered) await tx.breathe()
    for (let breaths = 0; breaths < 50; breaths++) await tx.breathe()
    await tx.organizations.add(organizationNamed('North Clinic'))
  })
  await Promise.all([storage.reopen(), ...others, last])
  expect(await list()).toHaveLength(33)
})
