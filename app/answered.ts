import { createContext, useContext } from 'react'

/**
 * What loader and action of the page that is being made have answered. Pages read it here, not through the framework's own hooks: those
 * serve what goes on in a browser, and set up its whole router for each page.
 */
interface Answered {
  loaded: unknown
  /** Undefined where nothing was done. */
  acted: unknown
}

export const AnsweredContext = createContext<Answered>({ loaded: undefined, acted: undefined })

/** What the loader of this page has found; what it answers with a Response reaches no page. */
export const useLoaderData = <Loader extends (...given: never[]) => unknown>() =>
  useContext(AnsweredContext).loaded as Exclude<Awaited<ReturnType<Loader>>, Response>

/** What the act answered that this page is shown after. */
export const useActionData = (): unknown => useContext(AnsweredContext).acted
