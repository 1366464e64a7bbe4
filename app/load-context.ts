import type { PageContext } from '../server/page-context.ts'

// What getLoadContext hands to every loader and action.
declare module '@remix-run/server-runtime' {
  interface AppLoadContext extends PageContext {}
}
