import ts from 'typescript'
import { lineOf, type SourceFile, type Sources, type Violation, visit } from '../source.ts'

// Plain JavaScript that runs before anything is checked: it tells npm and Node which program to run.
const BEFORE_CONFIG = ['server/prepare.js', 'server/commands/portal.js']

/** Scripts that run in the visitor's browser have the visitor's clock. */
const runsInBrowser = (source: SourceFile): boolean => source.path.startsWith('app/public/')

/** The environment is read once, checked and typed, in config.ts. */
export function environmentOnlyInConfig(sources: Sources): Violation[] {
  const allowed = ['server/config.ts', ...BEFORE_CONFIG]
  return look(sources, isProduction, allowed, node => {
    if (member(node, 'process') === 'env') return 'process.env belongs to server/config.ts'
    if (ts.isPropertyAccessExpression(node) && node.getText() === 'import.meta.env')
      return 'the environment belongs to server/config.ts'
    if (ts.isImportSpecifier(node) && nameOf(node) === 'env' && /^(node:)?process$/.test(moduleOf(node))) {
      return 'process.env belongs to server/config.ts'
    }
    if (takesApart(node, 'process', 'env')) return 'process.env belongs to server/config.ts'
    return null
  })
}

/** What time it is, is a parameter; only where a program or a thread begins is a real clock made. */
export function clockOnlyInMain(sources: Sources): Violation[] {
  return [...look(sources, isOurClock, MAINS, tellsTheTime), ...look(sources, isOurClock, [...MAINS, ...STOPWATCHES], measures)]
}

// Scripts run in a visitor's browser, by the clock of the visitor's machine; tests set that through the browser.
const isOurClock: typeof isProduction = source => isProduction(source) && !source.path.startsWith('app/scripts/')

const MAINS = ['server/main.ts', 'server/portal-worker.ts', 'server/commands/main.ts']
// How long a lock has been waited for, or held, or a turn of the event loop has taken, is not what time it is: no test sets it, and it jumps
// with no clock.
const STOPWATCHES = ['server/turns.ts', 'server/sweep.ts', 'storage/engines/group.ts', 'storage/engines/postgres-purge.ts']

const measures = (node: ts.Node): string | null =>
  member(node, 'performance') === 'now' ? 'performance.now belongs to server/main.ts' : null

function tellsTheTime(node: ts.Node): string | null {
  if (member(node, 'Date') === 'now') return 'Date.now belongs to server/main.ts'
  if (member(node, 'process') === 'hrtime') return 'process.hrtime belongs to server/main.ts'
  if (member(node, 'Temporal') === 'Now') return 'Temporal.Now belongs to server/main.ts'
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && (node.arguments?.length ?? 0) === 0) {
    return 'new Date() without a moment belongs to server/main.ts'
  }
  if (ts.isCallExpression(node) && node.expression.getText() === 'Date') return 'Date() belongs to server/main.ts'
  return null
}

/** Chance that matters comes from node:crypto; chance in tests comes from a seed. */
export function noMathRandom(sources: Sources): Violation[] {
  return look(
    sources,
    () => true,
    [],
    node => (member(node, 'Math') === 'random' || takesApart(node, 'Math', 'random') ? 'Math.random is used nowhere' : null),
  )
}

// Everything of node:crypto that encrypts, decrypts, signs with or makes a secret key. Hashes, comparison, random bytes and
// checking a signature with a public key may stand anywhere.
const SECRET_KEY_WORK = new Set([
  ...['createCipheriv', 'createDecipheriv', 'privateDecrypt', 'privateEncrypt', 'publicEncrypt', 'publicDecrypt'],
  ...['createPrivateKey', 'createSecretKey', 'generateKey', 'generateKeySync', 'generateKeyPair', 'generateKeyPairSync'],
  ...['hkdf', 'hkdfSync', 'pbkdf2', 'pbkdf2Sync', 'scrypt', 'scryptSync', 'argon2Sync', 'encapsulate', 'decapsulate'],
  ...['createECDH', 'createDiffieHellman', 'diffieHellman', 'createSign', 'webcrypto', 'subtle'],
])

/** Ciphers and the bytes of secret keys stay in the two places that are looked over for it. */
export function ciphersOnlyWhereSealed(sources: Sources): Violation[] {
  const mayHold = (file: string): boolean => /^(storage\/sealing\/|server\/intake\/jwe\.ts$)/.test(file)
  return look(
    sources,
    source => isProduction(source) && !mayHold(source.path) && usesCrypto(source),
    [],
    node =>
      ts.isIdentifier(node) && SECRET_KEY_WORK.has(node.text)
        ? `${node.text} belongs to storage/sealing/ and server/intake/jwe.ts`
        : null,
  )
}

const usesCrypto = (source: SourceFile): boolean =>
  source.imports.some(way => /^(node:)?crypto$/.test(way.specifier)) || /\bcrypto\b/.test(source.text)

const isProduction = (source: SourceFile): boolean => /^(app|server|storage)\//.test(source.path) && !runsInBrowser(source)

function look(
  sources: Sources,
  concerns: (source: SourceFile) => boolean,
  allowed: string[],
  problemOf: (node: ts.Node) => string | null,
): Violation[] {
  const violations: Violation[] = []
  for (const source of sources.values()) {
    if (!concerns(source) || allowed.includes(source.path)) continue
    visit(source.tree, node => {
      const problem = problemOf(node)
      if (problem !== null) violations.push({ file: source.path, line: lineOf(source.tree, node), problem })
    })
  }
  return violations
}

/** The name after `object.`, `globalThis.object.` or `object['…']`; null when this node is something else. */
function member(node: ts.Node, object: string): string | null {
  const owner = ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node) ? node.expression.getText() : null
  if (owner !== object && owner !== `globalThis.${object}`) return null
  if (ts.isPropertyAccessExpression(node)) return node.name.text
  const index = (node as ts.ElementAccessExpression).argumentExpression
  return ts.isStringLiteralLike(index) ? index.text : null
}

/** `const { env } = process` */
const takesApart = (node: ts.Node, object: string, name: string): boolean =>
  ts.isVariableDeclaration(node) &&
  node.initializer?.getText() === object &&
  ts.isObjectBindingPattern(node.name) &&
  node.name.elements.some(element => (element.propertyName ?? element.name).getText() === name)

const nameOf = (node: ts.ImportSpecifier): string => (node.propertyName ?? node.name).text
const moduleOf = (node: ts.ImportSpecifier): string => (node.parent.parent.parent.moduleSpecifier as ts.StringLiteral).text
