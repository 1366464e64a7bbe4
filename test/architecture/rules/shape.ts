import ts from 'typescript'
import { lineOf, type SourceFile, type Sources, type Violation, visit } from '../source.ts'

const MOST_LINES = 300

/** The one door that may only pass things through. */
const DOOR = 'storage/index.ts'

const NAMELESS = /^(utils?|helpers?|common|libs?|services?|managers?|misc|shared)$/

/** A file is called after what is in it; a drawer for everything is called after nothing. */
export function noNamelessDrawers(sources: Sources): Violation[] {
  return each(sources, source => {
    const words = source.path.split('/').map(part => part.replace(/\..*$/, ''))
    const nameless = words.find(word => NAMELESS.test(word) || NAMELESS.test(word.split('-').at(-1)!))
    return nameless === undefined ? [] : [whole(source, `"${nameless}" says nothing about what is inside`)]
  })
}

/** Who uses something says where it is; storage/index.ts is the only door. */
export function noBarrels(sources: Sources): Violation[] {
  return each(sources, source => {
    if (source.path === DOOR) return []
    if (/(^|\/)index\.tsx?$/.test(source.path)) return [whole(source, `only ${DOOR} is called index`)]
    const passesOn = source.tree.statements.filter(isPassedOn)
    const everything = passesOn.filter(node => !node.exportClause).map(node => at(source, node, '`export *` hides what there is'))
    if (everything.length > 0) return everything
    const nothingOfItsOwn = source.tree.statements.every(node => isPassedOn(node) || ts.isImportDeclaration(node))
    return passesOn.length > 0 && nothingOfItsOwn ? [whole(source, 'it only passes on what others export')] : []
  })
}

const isPassedOn = (node: ts.Statement): node is ts.ExportDeclaration =>
  ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined

/** Past this length a file is two files. */
export function noLongFiles(sources: Sources): Violation[] {
  return each(sources, source => {
    const lines = source.text.replace(/\n$/, '').split('\n').length
    return lines > MOST_LINES ? [whole(source, `${lines} lines; at most ${MOST_LINES}`)] : []
  })
}

/** The compiler's word is worth something only while nobody silences it. */
export function nothingSilencesTheCompiler(sources: Sources): Violation[] {
  return each(sources, source => {
    const violations: Violation[] = []
    const seen = new Set<number>()
    visit(source.tree, node => {
      if (node.kind === ts.SyntaxKind.AnyKeyword) violations.push(at(source, node, '`any` switches the compiler off'))
      ts.forEachLeadingCommentRange(source.text, node.getFullStart(), (start, end) => {
        const silences = /@ts-(ignore|expect-error|nocheck)/.exec(source.text.slice(start, end))
        if (silences === null || seen.has(start)) return
        seen.add(start)
        const { line } = source.tree.getLineAndCharacterOfPosition(start)
        violations.push({ file: source.path, line: line + 1, problem: `${silences[0]} silences the compiler` })
      })
    })
    return violations
  })
}

/** A link that is fetched ahead is a message that somebody has not asked for. */
export function nothingIsFetchedAhead(sources: Sources): Violation[] {
  return each(sources, source => {
    if (!source.path.startsWith('app/')) return []
    const violations: Violation[] = []
    visit(source.tree, node => {
      const word = ts.isIdentifier(node) || ts.isStringLiteralLike(node) || ts.isJsxText(node) ? node.text : ''
      if (/prefetch|prerender/i.test(word)) violations.push(at(source, node, 'nothing is fetched before someone asks for it'))
    })
    return violations
  })
}

/**
 * Files that reach themselves through their imports. Imports of types count too: they are gone at run time, but a reader who wants
 * to understand one of the files still has to understand all of them at once.
 */
export function noCycles(sources: Sources): Violation[] {
  const done = new Set<string>()
  const found = new Map<string, Violation>()
  for (const file of sources.keys()) walk(sources, file, [], done, found)
  return [...found.values()]
}

function walk(sources: Sources, file: string, path: string[], done: Set<string>, found: Map<string, Violation>): void {
  const start = path.indexOf(file)
  if (start !== -1) {
    const circle = path.slice(start)
    found.set([...circle].sort().join(), { file, line: 1, problem: `a circle: ${[...circle, file].join(' → ')}` })
    return
  }
  const source = sources.get(file)
  if (done.has(file) || source === undefined) return
  for (const way of source.imports) {
    if (way.file !== null && !way.ofItsOwn) walk(sources, way.file, [...path, file], done, found)
  }
  done.add(file)
}

const each = (sources: Sources, check: (source: SourceFile) => Violation[]): Violation[] => [...sources.values()].flatMap(check)

const at = (source: SourceFile, node: ts.Node, problem: string): Violation => ({
  file: source.path,
  line: lineOf(source.tree, node),
  problem,
})

const whole = (source: SourceFile, problem: string): Violation => ({ file: source.path, line: 1, problem })
