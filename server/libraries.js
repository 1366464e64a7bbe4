// Gathers libraries of very many small files into one each, in build/libraries: finding and linking 400 files took a third of a start and
// 20 MB of every process. `npm run build` runs it; compiled.ts has them used. Types, tests and whoever builds nothing use the packages.
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const top = dirname(dirname(fileURLToPath(import.meta.url)))

/** The words for what is wrong in fifty languages, half of zod: what people read stands in catalogues of our own. */
const NO_LANGUAGES = '\0no-languages'
const withoutLanguages = {
  name: 'without-languages',
  enforce: 'pre',
  resolveId: (source, importer = '') =>
    source.endsWith('/locales/index.js') && importer.includes('/zod/') ? NO_LANGUAGES : undefined,
  load: id => (id === NO_LANGUAGES ? 'export {}' : undefined),
}

await build({
  root: top,
  configFile: false,
  plugins: [withoutLanguages],
  logLevel: 'error',
  ssr: { noExternal: true },
  // V8 keeps the text of all it runs, two bytes for each sign where a single one of them needs two.
  esbuild: { charset: 'ascii', legalComments: 'none', minifyWhitespace: true, minifySyntax: false, minifyIdentifiers: false },
  build: {
    minify: 'esbuild',
    ssr: true,
    target: 'node22',
    outDir: join(top, 'build', 'libraries'),
    emptyOutDir: true,
    rollupOptions: {
      input: { jose: 'jose', kysely: 'kysely', zod: 'zod' },
      output: { entryFileNames: '[name].js' },
    },
  },
})
