import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'

/** One file's way to another file or to a package. */
export interface Import {
  /** As written: `./store.ts`, `node:crypto`, `kysely`. */
  specifier: string
  /** Path of the file it leads to, from the top of the repository; null for packages and Node's own modules. */
  file: string | null
  /** Name of the package, without what comes after it: `@remix-run/react`, `node:crypto`; null for files. */
  package: string | null
  /** Gone at run time: `import type`, `export type … from`, `import('…')` in a type. */
  typeOnly: boolean
  /** Starts a module graph of its own: `new URL('./worker.ts', import.meta.url)`. */
  ofItsOwn: boolean
  line: number
}

export interface SourceFile {
  /** From the top of the repository, with `/`: `server/trail/tree.ts`. */
  path: string
  text: string
  tree: ts.SourceFile
  imports: Import[]
}

/** The program as the rules see it: every file by its path. */
export type Sources = Map<string, SourceFile>

export interface Violation {
  file: string
  line: number
  problem: string
}

const ROOMS = ['app', 'server', 'storage', 'test']
const NOT_OURS = /^(storage\/local|app\/public\/build)(\/|$)/
const SCRIPT = /\.(ts|tsx|js|mjs|jsx)$/

/** Everything in the four rooms, as it lies on the disk. */
export function readSources(top: string): Sources {
  const texts: Record<string, string> = {}
  for (const room of ROOMS.filter(room => existsSync(path.join(top, room)))) {
    for (const entry of readdirSync(path.join(top, room), { recursive: true, withFileTypes: true })) {
      const file = path.relative(top, path.join(entry.parentPath, entry.name)).split(path.sep).join('/')
      if (entry.isFile() && SCRIPT.test(file) && !NOT_OURS.test(file)) texts[file] = readFileSync(path.join(top, file), 'utf8')
    }
  }
  return parseSources(texts)
}

/** The same from texts, for planting violations. */
export function parseSources(texts: Record<string, string>): Sources {
  return new Map(Object.entries(texts).map(([file, text]) => [file, parse(file, text)]))
}

function parse(file: string, text: string): SourceFile {
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const imports: Import[] = []
  visit(tree, node => {
    const found = importOf(node)
    if (found !== null) imports.push({ ...found, ...target(file, found.specifier), line: lineOf(tree, node) })
  })
  return { path: file, text, tree, imports }
}

/** Calls `look` for every node, outermost first. */
export function visit(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node)
  ts.forEachChild(node, child => visit(child, look))
}

export const lineOf = (tree: ts.SourceFile, node: ts.Node): number =>
  tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1

type Way = Pick<Import, 'specifier' | 'typeOnly' | 'ofItsOwn'>

function importOf(node: ts.Node): Way | null {
  if (ts.isImportDeclaration(node)) {
    // `import { type A } from './a.ts'` still loads ./a.ts; only `import type` is gone at run time.
    return way(node.moduleSpecifier, node.importClause?.isTypeOnly ?? false)
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier) return way(node.moduleSpecifier, node.isTypeOnly)
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return way(node.argument.literal, true)
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) return way(node.arguments[0], false)
  if (ts.isCallExpression(node) && node.expression.getText() === 'require') return way(node.arguments[0], false)
  if (isUrlBesideThisFile(node)) return way(node.arguments?.[0], false, true)
  return null
}

const isUrlBesideThisFile = (node: ts.Node): node is ts.NewExpression =>
  ts.isNewExpression(node) &&
  node.expression.getText() === 'URL' &&
  node.arguments?.[1]?.getText() === 'import.meta.url' &&
  SCRIPT.test(literalText(node.arguments[0]) ?? '')

function way(specifier: ts.Node | undefined, typeOnly: boolean, ofItsOwn = false): Way | null {
  const text = literalText(specifier)
  return text === null ? null : { specifier: text, typeOnly, ofItsOwn }
}

const literalText = (node: ts.Node | undefined): string | null =>
  node !== undefined && ts.isStringLiteralLike(node) ? node.text : null

function target(from: string, specifier: string): Pick<Import, 'file' | 'package'> {
  const plain = specifier.replace(/\?.*$/, '')
  if (plain.startsWith('.')) return { file: path.posix.join(path.posix.dirname(from), plain), package: null }
  if (plain.startsWith('/')) return { file: plain.slice(1), package: null }
  const parts = plain.split('/')
  return { file: null, package: plain.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]! }
}
