import path from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// Those that take longest, the longest first, as they were measured on two cores. Whoever comes last keeps one core busy and the other
// waiting: what is short comes last. An old order costs time, nothing else.
const LONG = [
  ...['flows/page-matrix', 'browser/accessibility', 'browser/journeys', 'app/pages', 'browser/patient', 'flows/access-matrix'],
  ...['flows/many-processes', 'storage/postgres/contract', 'flows/recovery', 'browser/hostile-html', 'browser/scanners'],
  ...['browser/ways-back', 'browser/provider', 'flows/large-files', 'server/seed', 'storage/migrations/migrate', 'app/examples'],
  ...['server/deposit/races', 'faults/mail-under-way', 'faults/kill-at-write', 'browser/answering', 'browser/every-state'],
  ...['architecture', 'storage/postgres/severed-acts', 'server/sign-in/attempts', 'storage/backups/restore', 'app/scripts'],
  ...['browser/text-browser', 'flows/reading', 'flows/restore-drill', 'faults/smtp', 'flows/every-language', 'faults/stopping'],
]

const FOLDER = path.resolve(import.meta.dirname, '..')

/** How many are longer; those that nobody measured come after all of them. */
function rank({ moduleId }: TestSpecification): number {
  const place = LONG.indexOf(path.relative(FOLDER, moduleId).replace(/\.test\.tsx?$/, ''))
  return place === -1 ? LONG.length : place
}

/** What takes long begins early, wherever the tests run for the first time; Vitest itself knows only what it has measured there before. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    // One project after the other, as a worker that is to serve another loads everything anew.
    const projects = [...new Set(sorted.map(({ project }) => project.name))]
    return projects.flatMap(name =>
      sorted.filter(({ project }) => project.name === name).sort((one, other) => rank(one) - rank(other)),
    )
  }
}
