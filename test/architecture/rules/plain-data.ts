import ts from 'typescript'
import type { Violation } from '../source.ts'

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  types: ['node'],
}

/** Reads each file once for all that is asked: the language's and Node's own types take longer than the portal's. */
const HOST = readingOnce(ts.createCompilerHost(OPTIONS))

function readingOnce(disk: ts.CompilerHost): ts.CompilerHost {
  const read = new Map<string, ts.SourceFile | undefined>()
  return {
    ...disk,
    getSourceFile(name, ...how) {
      if (!read.has(name)) read.set(name, disk.getSourceFile(name, ...how))
      return read.get(name)
    },
  }
}

const planting = (file: string, text: string): ts.CompilerHost => ({
  ...HOST,
  getSourceFile: (name, ...how) => (name === file ? ts.createSourceFile(name, text, how[0]) : HOST.getSourceFile(name, ...how)),
})

/** What structured cloning carries across to another thread, beside plain objects, arrays and single values. */
const CARRIED = new Set(['Uint8Array', 'Date', 'Map', 'ReadonlyMap', 'Set', 'ReadonlySet'])

/** Streams are handed over piece by piece. */
const STREAMS = new Set(['AsyncIterable', 'ReadableStream'])

/**
 * What use cases take and return could cross to another thread: no functions, no classes, no symbols, however deep inside.
 *
 * @param file - path of the file that declares the interface.
 * @param name - of the interface whose methods are the use cases.
 * @param planted - what stands in the file, when that is not what lies on the disk.
 */
export function plainDataInUseCases(file: string, name: string, planted?: string): Violation[] {
  const reading = planted === undefined ? HOST : planting(file, planted)
  const program = ts.createProgram([file], OPTIONS, reading)
  const source = program.getSourceFile(file)
  const declaration = source?.statements.find(node => ts.isInterfaceDeclaration(node) && node.name.text === name)
  if (source === undefined || declaration === undefined) return [{ file, line: 1, problem: `there is no interface ${name}` }]
  return new Inspection(program.getTypeChecker(), source).ofInterface(declaration as ts.InterfaceDeclaration)
}

class Inspection {
  readonly #violations: Violation[] = []
  readonly #checker: ts.TypeChecker
  readonly #source: ts.SourceFile

  constructor(checker: ts.TypeChecker, source: ts.SourceFile) {
    this.#checker = checker
    this.#source = source
  }

  ofInterface(declaration: ts.InterfaceDeclaration): Violation[] {
    for (const member of declaration.members) {
      const useCase = member.name?.getText() ?? '?'
      if (!ts.isMethodSignature(member)) this.#refuse(member, `${useCase} is not a use case`)
      else {
        for (const parameter of member.parameters) {
          this.#inspect(this.#checker.getTypeAtLocation(parameter), `${useCase}(${parameter.name.getText()})`, member, new Set())
        }
        const returned = this.#checker.getSignatureFromDeclaration(member)!.getReturnType()
        this.#inspect(this.#checker.getAwaitedType(returned) ?? returned, `${useCase} →`, member, new Set())
      }
    }
    return this.#violations
  }

  #inspect(type: ts.Type, place: string, member: ts.Node, seen: Set<ts.Type>): void {
    if (seen.has(type)) return
    seen.add(type)
    const wrong = this.#cannotBeCarried(type)
    if (wrong !== null) this.#refuse(member, `${place} is ${wrong}`)
    else for (const [name, inner] of this.#inside(type)) this.#inspect(inner, place + name, member, seen)
  }

  #cannotBeCarried(type: ts.Type): string | null {
    if (type.flags & ts.TypeFlags.ESSymbolLike) return 'a symbol'
    if (type.flags & ts.TypeFlags.Any) return 'any'
    if (type.getCallSignatures().length > 0) return 'a function'
    return type.isClass() ? `a class (${type.symbol.name})` : null
  }

  /** The types that a value of this one holds, by how they are reached. */
  #inside(type: ts.Type): [string, ts.Type][] {
    const name = type.symbol?.name ?? ''
    if (type.isUnionOrIntersection()) return type.types.map(part => ['', part])
    if ((type.flags & ts.TypeFlags.Object) === 0 || CARRIED.has(name)) return []
    const held = this.#checker.getTypeArguments(type as ts.TypeReference)
    if (STREAMS.has(name)) return held.slice(0, 1).map(part => ['[]', part]) // the others say what it returns at its end
    if (this.#checker.isArrayLikeType(type)) return held.map(part => ['[]', part])
    const indexed = this.#checker.getIndexInfosOfType(type).map((index): [string, ts.Type] => ['[]', index.type])
    const properties = this.#checker.getPropertiesOfType(type)
    return [...indexed, ...properties.map((one): [string, ts.Type] => [`.${one.name}`, this.#checker.getTypeOfSymbol(one)])]
  }

  #refuse(node: ts.Node, problem: string): void {
    const { line } = this.#source.getLineAndCharacterOfPosition(node.getStart(this.#source))
    this.#violations.push({ file: this.#source.fileName, line: line + 1, problem })
  }
}
