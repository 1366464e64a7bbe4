import { readFileSync } from 'node:fs'
import { createRequire, registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import type Compiler from 'typescript'

// Node runs TypeScript by itself; not the components of pages, in which elements stand, nor what Vite makes an address of (`?url`).

const TOP = new URL('../../', import.meta.url).href

const isAddress = (query: string): boolean => /\burl$/.test(query)

let compiler: typeof Compiler | undefined

/** The compiler is loaded for the first component: most workers meet none. */
function compiled(file: string): string {
  compiler ??= createRequire(import.meta.url)('typescript') as typeof Compiler
  const { JsxEmit, ModuleKind, ScriptTarget } = compiler
  const kind = { jsx: JsxEmit.ReactJSX, module: ModuleKind.ESNext, target: ScriptTarget.ES2024, verbatimModuleSyntax: true }
  return compiler.transpileModule(readFileSync(file, 'utf8'), {
    fileName: file,
    compilerOptions: { ...kind, inlineSourceMap: true, inlineSources: true },
  }).outputText
}

registerHooks({
  load(url, context, next) {
    const [file = '', query = ''] = url.split('?')
    const module = (source: string) => ({ format: 'module', source, shortCircuit: true })
    if (isAddress(query)) return module(`export default ${JSON.stringify(`/${file.slice(TOP.length)}`)}`)
    return file.endsWith('.tsx') ? module(compiled(fileURLToPath(file))) : next(url, context)
  },
})
