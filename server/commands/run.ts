import { parseArgs } from 'node:util'
import { type ArgDef, type CommandDef, renderUsage, runCommand } from 'citty'
import { isPortalError, type PortalError } from '../errors.ts'
import { type ExitCode, type Terminal, UsedWrongly } from './command.ts'
import { program } from './program.ts'

/**
 * Runs one command line.
 *
 * @param argv - what stands after `portal`.
 * @returns the exit code; everything there is to say was written to the terminal.
 */
export async function runPortal(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const name = ['portal']
  try {
    const { command, parent, rest } = await find(program, argv, name)
    if (asksForHelp(rest)) {
      terminal.out(stripColors(await renderUsage(command, parent)))
      return 0
    }
    if (command.run === undefined) throw new UsedWrongly(await whichThereAre(command, rest))
    const args = (await resolved(command.args)) ?? {}
    requireRightUse(args, rest)
    const { result } = await runCommand(
      { ...command, subCommands: {} },
      { rawArgs: withoutSeparateValues(args, rest), data: terminal },
    )
    return (result as ExitCode | undefined) ?? 0
  } catch (error) {
    return explain(error, name.join(' '), terminal)
  }
}

/** Follows the words of the command line to the command they name, and puts them into `name`. */
async function find(top: CommandDef, argv: readonly string[], name: string[]) {
  let command = top
  let parent: CommandDef | undefined
  let rest = [...argv]
  for (;;) {
    const subCommands = await resolved(command.subCommands)
    const word = rest[0]
    if (subCommands === undefined || word === undefined || !Object.hasOwn(subCommands, word)) return { command, parent, rest }
    // The parent's name goes before the command's own in the usage line.
    parent = { ...command, meta: { ...(await resolved(command.meta)), name: name.join(' ') } }
    command = (await resolved(subCommands[word])) as CommandDef
    name.push(word)
    rest = rest.slice(1)
  }
}

const asksForHelp = (rest: readonly string[]): boolean => {
  const end = rest.indexOf('--')
  return rest.slice(0, end === -1 ? undefined : end).some(word => word === '--help' || word === '-h')
}

async function whichThereAre(command: CommandDef, [word]: readonly string[]): Promise<string> {
  const names = Object.keys((await resolved(command.subCommands)) ?? {}).join(', ')
  return word === undefined ? `Say which: ${names}.` : `There is no "${word}". There are: ${names}.`
}

/** citty lets unknown flags, missing values and words too many pass: nothing an operator types may be passed over in silence. */
function requireRightUse(args: Record<string, ArgDef>, rest: readonly string[]): void {
  const { positionals, tokens } = parsed(args, rest)
  const flags = tokens.filter(token => token.kind === 'option')
  const twice = flags.find((flag, i) => flags.findIndex(other => other.name === flag.name) < i)
  if (twice) throw new UsedWrongly(`--${twice.name} is given twice.`)
  const empty = flags.find(flag => flag.value !== undefined && flag.value.trim() === '')
  if (empty) throw new UsedWrongly(`--${empty.name} has no value.`)
  for (const { name, value } of flags) {
    const options = args[name]?.type === 'enum' ? (args[name].options ?? []) : []
    if (options.length > 0 && !options.includes(value ?? ''))
      throw new UsedWrongly(`--${name} must be one of: ${options.join(', ')}.`)
  }
  const missing = Object.entries(args).filter(
    ([name, { type, required }]) => type !== 'positional' && required && !flags.some(flag => flag.name === name),
  )
  if (missing.length > 0) throw new UsedWrongly(`${missing.map(([name]) => `--${name}`).join(' and ')} must be given.`)
  const places = Object.entries(args).filter(([, { type }]) => type === 'positional')
  const absent = places.slice(positionals.length).filter(([, { required }]) => required !== false)
  if (absent.length > 0) throw new UsedWrongly(`${absent.map(([name]) => name.toUpperCase()).join(' and ')} must be given.`)
  const extra = positionals[places.length]
  if (extra !== undefined) throw new UsedWrongly(`"${extra}" is one word too many.`)
}

function parsed(args: Record<string, ArgDef>, rest: readonly string[]) {
  const flags = Object.entries(args).filter(([, { type }]) => type !== 'positional')
  const options = Object.fromEntries(
    flags.map(([name, { type }]) => [name, { type: type === 'boolean' ? 'boolean' : 'string' } as const]),
  )
  try {
    return parseArgs({ args: [...rest], options, allowPositionals: true, allowNegative: true, strict: true, tokens: true })
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new UsedWrongly(firstSentence(error.message))
  }
}

/** `--name=value` for `--name value`: citty must not take a value for a place, nor one that begins with a dash for a flag. */
function withoutSeparateValues(args: Record<string, ArgDef>, rest: readonly string[]): string[] {
  const { tokens } = parsed(args, rest)
  return tokens.map(token => {
    if (token.kind === 'option') return token.value === undefined ? token.rawName : `${token.rawName}=${token.value}`
    return token.kind === 'positional' ? token.value : '--'
  })
}

function explain(error: unknown, name: string, terminal: Terminal): ExitCode {
  if (error instanceof UsedWrongly) {
    terminal.err(`${name}: ${error.message} See ${name} --help.`)
    return 2
  }
  if (isPortalError(error)) {
    terminal.err(`${name}: ${withFields(error)}`)
    return error.code === 'invalid' ? 2 : 1
  }
  terminal.err(`${name}: ${error instanceof Error ? oneLine(error.message) : 'unknown error'}`)
  if (error instanceof Error && /^(debug|trace)$/.test(terminal.env.LOG_LEVEL ?? '')) terminal.err(error.stack ?? '')
  return 1
}

/** The settings' sentence names its fields already; others say them here. */
const withFields = ({ code, message, fields }: PortalError): string =>
  code === 'misconfigured' || fields.length === 0 || fields.some(({ problem }) => message.includes(problem))
    ? message
    : `${message} ${fields.map(({ field, problem }) => `${field}: ${problem}`).join(' ')}`

const resolved = async <T>(value: T | Promise<T> | (() => T) | (() => Promise<T>) | undefined): Promise<T | undefined> =>
  typeof value === 'function' ? await (value as () => T | Promise<T>)() : await value

const firstSentence = (text: string): string => `${oneLine(text).split('. ')[0]!.replace(/\.$/, '')}.`
const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what begins a color.
const stripColors = (text: string): string => text.replace(/\u001b\[\d+m/g, '')
