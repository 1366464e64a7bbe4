import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const APP = path.resolve(import.meta.dirname, '../../app')
const read = (file: string) => readFileSync(path.join(APP, file), 'utf8')
const routes = readdirSync(path.join(APP, 'routes')).map(name => `routes/${name}`)
const everything = readdirSync(APP, { recursive: true, encoding: 'utf8' }).filter(name => /\.tsx?$/.test(name))

test.each(routes)('%s answers everything through handled', file => {
  const answers = read(file).match(/export (const|async function|function) (loader|action)\b[^\n]*/g) ?? []
  for (const answer of answers) expect(answer).toMatch(/= (handled|backTo)\(/)
})

test.each(routes)('%s reads the form before it acts', file => {
  const action = read(file).split('export const action')[1] ?? ''
  if (action === '' || file === 'routes/$.tsx') return
  const reads = action.indexOf('form(')
  expect(reads).toBeGreaterThan(0)
  const acts = action.search(/portal\.(?!mailboxCodeReference)\w+\(/)
  if (acts > 0) expect(reads).toBeLessThan(acts)
})

test.each(routes)('%s leaves failures, headers and cookies to others', file => {
  expect(read(file)).not.toMatch(/\btry \{|\bcatch\b|new Headers|set-cookie|\.headers\.set/i)
})

test.each(everything)('%s carries no framework script, no style of its own and no handler', file => {
  expect(read(file)).not.toMatch(/<Scripts|<ScrollRestoration|<LiveReload|style=\{|dangerouslySetInnerHTML|\bon[A-Z]\w+=\{/)
})
