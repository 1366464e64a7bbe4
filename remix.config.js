import { vitePlugin as remix } from '@remix-run/dev'
import { defineConfig } from 'vite'

// The one build file: Vite builds the pages with it, Vitest reads it for the tests.
const underTest = Boolean(process.env.VITEST)

// Stories that are told a second time on PostgreSQL, so that every use case meets it; what holds for storage alone is in test/storage.
const ON_POSTGRES = [
  ...['access-matrix', 'api-deposit', 'api-lists', 'more-time', 'network-limit', 'reading', 'restore-drill', 'sent-twice'],
].map(story => `test/flows/${story}.test.ts`)
/** Rules that hold because the database decides between many who come at once. */
const DECIDED_BY_THE_DATABASE = ['sign-in/at-once', 'reading/search-limit'].map(rule => `test/server/${rule}.test.ts`)

/**
 * The pages as one file with everything they need. Libraries decide when they are loaded whether they check all they are told, at several
 * times the price, and take a machine that does not say otherwise for a workshop; and some hundred files need not be found at each start.
 */
function forProduction() {
  return {
    define: { 'process.env.NODE_ENV': JSON.stringify('production') },
    // Of the framework's package for Node the pages use what it passes on, and nothing of the clients and parsers it brings along.
    resolve: { alias: { '@remix-run/node': '@remix-run/server-runtime' } },
    ssr: { noExternal: true },
  }
}

const NOTHING = '\0nothing'
/**
 * Beside each page the framework writes down all that the page was told, for its script in the browser to go on with. There is no such
 * script; what was written was thrown away, after a seventh of all that the thread of the pages did. Undefined tells it that there is none.
 */
const withoutHandOver = {
  name: 'without-hand-over',
  enforce: 'pre',
  resolveId: (source, importer = '') => (source === 'turbo-stream' && importer.includes('server-runtime') ? NOTHING : undefined),
  load: id => (id === NOTHING ? 'export const encode = () => undefined' : undefined),
}

/**
 * V8 keeps the text of all it runs, with two bytes for each of its signs where a single one needs two: words of other scripts are escaped.
 * Lines and names stay as they are, for the stacks in the log.
 */
const inSingleBytes = {
  name: 'in-single-bytes',
  config: (_, { isSsrBuild }) => (isSsrBuild ? { esbuild: { charset: 'ascii' } } : {}),
}

// What long tests are is nothing that a build has to load.
const sequence = underTest ? { sequencer: (await import('./test/support/longest-first.ts')).LongestFirst } : {}

export default defineConfig({
  publicDir: 'app/public',
  plugins: underTest
    ? []
    : [
        withoutHandOver,
        inSingleBytes,
        remix({
          appDirectory: 'app',
          future: {
            v3_fetcherPersist: true,
            v3_lazyRouteDiscovery: true,
            v3_relativeSplatPath: true,
            v3_routeConfig: false,
            v3_singleFetch: true,
            v3_throwAbortReason: true,
          },
        }),
      ],
  // Only what is worth reading before the demonstration's people are told: neither the list of files, nor that pages which only act have
  // nothing to load in a browser.
  logLevel: 'warn',
  ...(underTest ? {} : forProduction()),
  build: {
    assetsInlineLimit: 0,
    rollupOptions: { onwarn: (warning, warn) => (warning.code === 'EMPTY_BUNDLE' ? undefined : warn(warning)) },
  },
  test: {
    projects: [
      { extends: true, test: { name: 'sqlite', include: ['test/**/*.test.{ts,tsx}'], provide: { engine: 'sqlite' } } },
      {
        extends: true,
        test: { name: 'postgres', include: [...ON_POSTGRES, ...DECIDED_BY_THE_DATABASE], provide: { engine: 'postgres' } },
      },
    ],
    globalSetup: ['test/support/chromium.ts', 'test/support/postgres-server.ts'],
    setupFiles: ['test/support/setup.ts'],
    // Modules are loaded once a worker, not once a file: a third of the time would go into loading the same program again.
    isolate: false,
    // Tests are run by Node itself, as the program is. Vite's runner asks its server for every module, reads every import through a getter,
    // and draws each error's stack anew; Playwright asks for a stack at every step.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    sequence,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two cores are the smallest machine we test on. Two more workers have them while the others wait: for disks, browsers, timers.
    maxWorkers: 4,
  },
})
