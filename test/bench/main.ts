import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { ACTS_OVER_HTTP } from './acts.ts'
import { ATTACHMENTS } from './attachments.ts'
import { PAGE_BUDGETS } from './budgets.ts'
import { DEPOSITS } from './deposits.ts'
import { FIRST_PAINT } from './first-paint.ts'
import { GROWTH } from './growth.ts'
import { hangUp } from './http.ts'
import { IDLE } from './idle.ts'
import { LOOPS } from './loops.ts'
import { NOTICES } from './notices.ts'
import { PAGES } from './pages.ts'
import type { Row } from './paired.ts'
import { POSTGRES } from './postgres.ts'
import { LISTS, OPENING, RETRACTION } from './reading.ts'
import { EQUALITY } from './sign-in.ts'
import { SWEEPING } from './sweeps.ts'
import { APPENDING, SEARCHING, VERIFYING } from './trail.ts'

const BENCHES = [
  ...DEPOSITS,
  NOTICES,
  OPENING,
  ...LISTS,
  ...GROWTH,
  RETRACTION,
  ...ACTS_OVER_HTTP,
  ...SWEEPING,
  APPENDING,
  ...VERIFYING,
  ...SEARCHING,
  ...EQUALITY,
  ...PAGES,
  PAGE_BUDGETS,
  FIRST_PAINT,
  ...ATTACHMENTS,
  ...LOOPS,
  ...IDLE,
  ...POSTGRES,
]

const HELP = `npm run bench [-- --only NAME] [-- --json FILE]

Measures the portal beside the least any program would need on this machine, in the same run. The ratio is what can be compared
between machines. NAME is one of these, or the beginning of some; those in brackets take minutes and run only when they are named:
  ${BENCHES.map(({ name, isLong }) => (isLong ? `(${name})` : name)).join('\n  ')}
`

const { values: wishes } = parseArgs({
  options: { only: { type: 'string' }, json: { type: 'string' }, help: { type: 'boolean' } },
})

if (wishes.help) process.stdout.write(HELP)
else process.exitCode = await measure(wishes.only ?? '', wishes.json)

async function measure(only: string, file: string | undefined): Promise<number> {
  const exact = BENCHES.filter(({ name }) => name === only)
  const chosen = exact.length > 0 ? exact : BENCHES.filter(({ name, isLong }) => !isLong && name.startsWith(only))
  if (chosen.length === 0) {
    process.stderr.write(`There is no measurement “${only}”.\n\n${HELP}`)
    return 2
  }
  const rows: Row[] = []
  for (const bench of chosen) {
    const measured = [await bench.run(share => progressBar(bench.name, share))].flat()
    rows.push(...measured)
    progressBar('', 1)
    // The whole takes half an hour: whoever stops it, or loses it, keeps what was measured so far.
    if (chosen.length > 1) process.stderr.write(`${table(measured, false)}\n`)
  }
  hangUp()
  process.stdout.write(`${table(rows)}\nNode ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}\n`)
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(rows, null, 2)}\n`)
  return 0
}

function progressBar(name: string, share: number): void {
  if (!process.stderr.isTTY) return
  const done = Math.round(share * 30)
  const bar = name === '' ? '' : `${name.padEnd(36)} ${'█'.repeat(done)}${'░'.repeat(30 - done)} ${Math.round(share * 100)} %`
  process.stderr.write(`\r\u001b[2K${bar}`)
}

function table(rows: readonly Row[], withHead = true): string {
  const head = ['measured', 'value', 'unit', 'floor', 'ratio', 'goal', 'met']
  const lines = rows.map(({ name, value, unit, floor, ratio, goal, met }) => [
    name,
    digits(value),
    unit,
    floor === null ? '–' : digits(floor),
    ratio === null ? '–' : `${ratio.toFixed(1)} ×`,
    goal === null ? '–' : String(goal),
    met === null ? '–' : met ? 'yes' : 'no',
  ])
  const widths = head.map((word, column) => Math.max(word.length, ...lines.map(line => line[column]!.length)))
  return [...(withHead ? [head] : []), ...lines]
    .map(line => line.map((word, column) => word.padEnd(widths[column]!)).join('  '))
    .join('\n')
}

function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}
