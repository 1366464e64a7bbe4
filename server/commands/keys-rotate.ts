import { readConfig } from '../config.ts'
import { addDevelopmentKey, replaceDevelopmentKey } from '../keys/development.ts'
import { type Course, type RootRotated, type Rotated, rotateKeys, rotateRootKey } from '../keys/rotation.ts'
import { command, type ExitCode, JSON_ARGUMENT, type Terminal, UsedWrongly } from './command.ts'
import { withPortal } from './opened.ts'

export default command({
  name: 'rotate',
  description:
    'Replaces wrapping keys or the root key while the portal serves, and retires the old; run it again to go on after an interruption',
  args: {
    organization: {
      type: 'string',
      description: 'The wrapping key of this one; `portal` for the portal’s own',
      valueHint: 'org_…',
    },
    all: { type: 'boolean', description: 'The wrapping keys of all organizations and of the portal itself' },
    root: {
      type: 'boolean',
      description: 'The root key: by the one that is set; the one before stands in PORTAL_ROOT_KEY_PREVIOUS',
    },
    json: JSON_ARGUMENT,
  },
  async run({ organization, all, root, json }, terminal) {
    if ([organization !== undefined, all, root].filter(Boolean).length !== 1)
      throw new UsedWrongly('Say what is to be rotated: --organization, --all or --root.')
    const course: Course = { progress: terminal.progress, signal: terminal.interrupted() }
    try {
      if (root) return tellRoot(await rotateRoot(terminal, course), json ?? false, terminal)
      return tell(await withPortal(terminal, opened => rotateKeys(opened, organization ?? null, course)), json ?? false, terminal)
    } catch (error) {
      if (!course.signal.aborted) throw error
      terminal.err('portal keys rotate: Stopped. Nothing is lost; run the same again to go on.')
      return 1
    }
  },
})

/** In development the next key is generated, and takes the place of the one before when nothing is under that any more. */
async function rotateRoot(terminal: Terminal, course: Course): Promise<RootRotated> {
  const config = readConfig(terminal.env)
  const isGenerated = config.environment === 'development' && config.rootKey === null && config.keyService === null
  if (isGenerated) addDevelopmentKey(config)
  const rotated = await withPortal(terminal, opened => rotateRootKey(opened, course))
  if (isGenerated) replaceDevelopmentKey(config)
  return rotated
}

function tell({ organizations, rewrapped, damaged, resumed }: Rotated, json: boolean, terminal: Terminal): ExitCode {
  if (json) terminal.out(JSON.stringify({ organizations, rewrapped, damaged, resumed }))
  else {
    if (resumed) terminal.out('A rotation that had been begun before was ended.')
    for (const { organization, key, retired } of organizations)
      terminal.out(`${organization}: everything new is under ${key}. Retired: ${retired.join(', ') || 'none'}.`)
    terminal.out(`${count(rewrapped, 'data key')} wrapped anew.`)
  }
  if (damaged.length === 0) return 0
  const which = damaged.slice(0, 10).join(', ') + (damaged.length > 10 ? ', …' : '')
  terminal.err(
    `portal keys rotate: ${count(damaged.length, 'data key')} could not be verified and stay as they are (number ${which}). ` +
      'The key they are under is not retired. Somebody has written to the database, or it was damaged: see `portal doctor`.',
  )
  return 1
}

function tellRoot({ rootKey, retired, rewrapped }: RootRotated, json: boolean, terminal: Terminal): ExitCode {
  if (json) terminal.out(JSON.stringify({ rootKey, retired, rewrapped }))
  else if (retired.length === 0)
    terminal.out(
      `Everything is under ${rootKey}, the root key that is set; no other is in use. See README, "Keys", for how to set another.`,
    )
  else
    terminal.out(
      `Everything is under ${rootKey}. ${count(rewrapped, 'key')} of organizations wrapped anew. Retired: ${retired.join(', ')}: take it out ` +
        'of the settings (PORTAL_ROOT_KEY_PREVIOUS), and destroy its copies once no backup needs it.',
    )
  return 0
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`
