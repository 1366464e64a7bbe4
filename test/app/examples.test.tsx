import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { Examples } from '../../app/ui/example.ts'
import { accessibilityProblems, type Screen, visit } from '../support/browser.ts'
import { documentWith } from './rendered.tsx'
import { htmlProblems } from './valid-html.ts'

const FOLDER = path.resolve(import.meta.dirname, '../../app/ui')
const styleOf = (name: string) => readFileSync(path.resolve(FOLDER, `../styles/${name}`), 'utf8')
// As the pages import them, one after the other.
const STYLES = [...styleOf('pages.css').matchAll(/@import "\.\/([\w-]+\.css)"/g)].map(([, name]) => styleOf(name!))
const components = readdirSync(FOLDER).filter(name => name.endsWith('.tsx'))

const examplesOf = async (component: string): Promise<[string, string][]> => {
  const { examples } = (await import(path.join(FOLDER, component))) as { examples?: Examples }
  return Object.entries(examples ?? {}).map(([name, example]) => [name, documentWith(example)])
}

test.each(components)('%s shows what it can look like, in valid HTML', async component => {
  const examples = await examplesOf(component)
  expect(examples.length).toBeGreaterThan(0)
  for (const [name, page] of examples) expect(await htmlProblems(page), name).toEqual([])
})

// One page a screen shows them all: a new one for each takes longer than to look at what is in it.
const pages = new Map<Screen, Promise<Page>>()
const pageOn = (screen: Screen): Promise<Page> => {
  const page = pages.get(screen) ?? visit('http://localhost', screen).then(visitor => visitor.newPage())
  pages.set(screen, page)
  return page
}

const lookAt = async (component: string, screen: Screen) => {
  const page = await pageOn(screen)
  for (const [name, html] of await examplesOf(component)) {
    await page.setContent(html.replace('</head>', `<style>${STYLES.join('\n')}</style></head>`))
    expect(await accessibilityProblems(page), name).toEqual([])
  }
}

test.each(components)('%s can be used by everyone', component => lookAt(component, 'phone'))

// Colours are what changes in the dark: these have all of them.
const COLOURFUL = ['Button', 'ErrorSummary', 'Notice', 'Field', 'MessageList', 'OpenedMessage', 'WithdrawForm', 'TrailTable']
test.each(COLOURFUL)('%s can be read in the dark', component => lookAt(`${component}.tsx`, 'phoneDark'))
