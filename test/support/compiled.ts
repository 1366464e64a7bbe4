import path from 'node:path'

/**
 * For the environment of programs that tests start: they load what Node has kept of the portal's own starts, types taken out and compiled. A
 * third of a command's processor time is that. Not where system calls are counted, for Node's cache makes some of its own.
 */
export const COMPILED = { NODE_COMPILE_CACHE: path.resolve(import.meta.dirname, '../../build/compiled') }
