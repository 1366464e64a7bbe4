import { gzipSync } from 'node:zlib'
import { launchServer } from '../support/launch.ts'
import type { Bench, Row } from './paired.ts'
import { preparedFolder } from './prepared.ts'

const BUDGETS = { html: 14, css: 12 } // kB gzip
const STYLE = /<link rel="stylesheet" href="([^"]+)"/g
const SCRIPT = /<script[^>]+src="([^"]+)"/g

/** What patient pages send to a phone, in kB as gzip makes them: each page by itself, and the styles and scripts it asks for. */
export const PAGE_BUDGETS: Bench = {
  name: 'pages-budget',
  async run(progress) {
    const prepared = await preparedFolder()
    const server = await launchServer({ PORTAL_DATA: prepared.folder, LOG_LEVEL: 'warn' })
    try {
      const rows: Row[] = []
      const paths = {
        help: '/help',
        'sign-in': '/sign-in',
        settings: '/account',
        language: '/language', // taglines in fifteen languages
        'time-zone': '/account/time-zone', // every place in the world
        'list-50': '/messages',
        message: `/messages/${prepared.opened}`,
      }
      for (const [name, path] of Object.entries(paths)) {
        const html = await textOf(server.origin + path, prepared.sessions[0]!)
        const kilobytes = async (links: RegExp) =>
          sum(
            await Promise.all([...html.matchAll(links)].map(async ([, file]) => gzipped(await textOf(server.origin + file, '')))),
          )
        rows.push(budgetRow(`${name} html`, gzipped(html), BUDGETS.html))
        rows.push(budgetRow(`${name} css`, await kilobytes(STYLE), BUDGETS.css))
        rows.push(budgetRow(`${name} script`, await kilobytes(SCRIPT), null))
        progress(rows.length / (3 * Object.keys(paths).length))
      }
      return rows
    } finally {
      await server.stop()
      await prepared.remove()
    }
  },
}

async function textOf(url: string, cookie: string): Promise<string> {
  const answer = await fetch(url, { headers: { cookie } })
  if (answer.status !== 200 || answer.redirected) throw new Error(`${url} answered ${answer.status} at ${answer.url}.`)
  return answer.text()
}

const gzipped = (text: string): number => gzipSync(text).length / 1000
const sum = (numbers: number[]): number => numbers.reduce((all, each) => all + each, 0)

const budgetRow = (what: string, value: number, goal: number | null): Row => ({
  name: `pages-budget: ${what}`,
  value,
  unit: 'kB gzip',
  floor: null,
  ratio: null,
  goal,
  met: goal === null ? null : value <= goal,
})
