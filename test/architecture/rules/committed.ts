import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Violation } from '../source.ts'

const TEXT = /\.(ts|tsx|js|mjs|jsx|json|md|css|html|svg|ya?ml|toml|txt|sh|example|conf)$|(^|\/)(run|Dockerfile|\.[a-z]+)$/

/** The machine that something was written on is nobody else's machine. Node's and Debian's own places are the same everywhere. */
const MACHINE = [
  { what: 'a path of one machine', is: /(?<![\w.])\/(home|Users|root|work|workspace)\/[\w.-]+/ },
  { what: 'a path of one machine', is: /\b[A-Z]:\\Users\\/ },
  { what: "a registry's host", is: /\bregistry\.[a-z0-9-]+\.(org|com|net|io|dev)\b/i },
  { what: "a registry's host", is: /\b[a-z0-9-]*(npm|artifact)[a-z0-9.-]*\.pkg\.dev\b|\b(artifactory|verdaccio|nexus)\.[a-z]/i },
  { what: 'a download address', is: /"resolved":\s*"https?:/ },
]

/** Everything that is, or would be, committed: by git where there is one, else by what .gitignore leaves out. */
export function committedTexts(top: string): Map<string, string> {
  const files = existsSync(path.join(top, '.git')) ? listedByGit(top) : listedByFolder(top)
  return new Map(
    files
      .filter(file => TEXT.test(file) && existsSync(path.join(top, file)))
      .map(file => [file, readFileSync(path.join(top, file), 'utf8')]),
  )
}

function listedByGit(top: string): string[] {
  const wanted = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
  return execFileSync('git', wanted, { cwd: top, encoding: 'utf8', maxBuffer: 64 << 20 })
    .split('\0')
    .filter(Boolean)
}

function listedByFolder(top: string): string[] {
  const ignored = ['.git', ...readFileSync(path.join(top, '.gitignore'), 'utf8').split('\n').filter(Boolean)]
  const prefixes = ignored.map(line => line.replace(/^\/|\/$/g, ''))
  const all = readdirSync(top, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  return all
    .map(entry => path.relative(top, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .filter(file => !prefixes.some(prefix => file === prefix || file.startsWith(`${prefix}/`)))
}

/** No path of the machine it was written on, no host it was installed from. */
export function nothingOfThisMachine(texts: Map<string, string>): Violation[] {
  return [...texts].flatMap(([file, text]) =>
    text.split('\n').flatMap((line, index) => {
      const found = MACHINE.find(({ is }) => is.test(line))
      return found === undefined ? [] : [{ file, line: index + 1, problem: `${found.what}: ${line.trim().slice(0, 80)}` }]
    }),
  )
}
