import { type ArgsDef, type CommandDef, defineCommand, type ParsedArgs } from 'citty'
import type { Environment } from '../config.ts'
import type { Clock } from '../time.ts'

/** How a command ended: done, failed, used wrongly. */
export type ExitCode = 0 | 1 | 2

/** Where a command runs: tests hand in their own. */
export interface Terminal {
  /** One line of what was asked for, on stdout. */
  out(line: string): void
  /** One line about it, on stderr. */
  err(line: string): void
  /** Shows how far a long work has come, on one line that is written over; does nothing where nobody watches. */
  progress(done: number, total: number): void
  /** Aborted when the operator has asked to stop (Ctrl-C, SIGTERM). Who never asks for it is stopped by the signal itself. */
  interrupted(): AbortSignal
  env: Environment
  clock: Clock
}

/** The command line cannot be understood; ends with 2. */
export class UsedWrongly extends Error {}

/**
 * One command of the operator's program.
 *
 * @param definition.run - returns how it ended; nothing means done.
 */
export function command<const A extends ArgsDef>(definition: {
  name: string
  description: string
  args: A
  run(args: ParsedArgs<A>, terminal: Terminal): Promise<ExitCode | undefined>
}): CommandDef<A> {
  const { name, description, args, run } = definition
  return defineCommand({
    meta: { name, description },
    args,
    run: ({ args, data }) => run(args, data as Terminal),
  })
}

/** For commands that print data. */
export const JSON_ARGUMENT = { type: 'boolean', description: 'Print one JSON object or array, for programs' } as const
