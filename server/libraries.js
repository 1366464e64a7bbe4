// Gathers libraries of very many small files into one each, in build/libraries: finding and linking 400 files took a third of a start and
// 20 MB of every process. `npm run build` runs it; compiled.ts has them used. Types, tests and whoever builds nothing use the packages.
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const top = dirname(dirname(fileURLToPath(import.meta.url)))

await build({
  root: top,
  configFile: false,
  logLevel: 'error',
  ssr: { noExternal: true },
  build: {
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
