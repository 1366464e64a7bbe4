import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve, sep } from 'node:path'
import { type BackupContents, backUp, DAMAGE_FILE, LOST_FILE, tellDamage, tellLost, WHOLE_TRAIL } from '../../storage/index.ts'
import { signManifest } from '../backup-manifest.ts'
import type { Config } from '../config.ts'
import type { Damage } from '../damage.ts'
import { noteEndings } from '../ending.ts'
import { isPortalError, PortalError } from '../errors.ts'
import { newId } from '../ids.ts'
import type { Instant } from '../time.ts'
import { OPERATOR, PORTAL_ITSELF, record } from '../trail/entry.ts'
import { requireEmptyFolder } from '../trail/export.ts'
import { signNewCheckpoint } from '../trail/sign.ts'
import { readWholeTrail } from '../trail/whole.ts'
import { command, JSON_ARGUMENT, type Terminal, UsedWrongly } from './command.ts'
import { historyFile, type Opened, storageOf, withPortal } from './opened.ts'

export default command({
  name: 'backup',
  description: 'Copies everything as it is at one moment, sealed to a key that is not here, while the portal serves',
  args: {
    dir: { type: 'positional', description: 'An empty folder for the data; made when it is not there', required: true },
    to: { type: 'string', description: 'A second one, on another disk', valueHint: 'dir' },
    'keys-to': {
      type: 'string',
      description: 'An empty folder for the keys, apart from the data',
      valueHint: 'dir',
      required: true,
    },
    'keys-also-to': { type: 'string', description: 'A second one, on another disk', valueHint: 'dir' },
    recipient: {
      type: 'string',
      description: 'Whom to seal to: the line that `portal backup keygen` printed, or a file with it (else BACKUP_RECIPIENT)',
      valueHint: 'line|file',
    },
    json: JSON_ARGUMENT,
  },
  async run({ dir, to, 'keys-to': keysTo, 'keys-also-to': keysAlsoTo, recipient, json }, terminal) {
    const [folders, keysFolders] = [foldersOf(dir, to), foldersOf(keysTo, keysAlsoTo)]
    requireApart([...folders, ...keysFolders])
    return withPortal(terminal, async opened => {
      const line = await recipientOf(recipient, opened.config)
      const data = await readied(folders)
      const keys = await readied(keysFolders)
      const { id, madeAt, ...made } = await make(opened, terminal, { line, folders: data.ready, keysFolders: keys.ready })
      const failures = [...data.unready, ...keys.unready, ...made.failures]
      const isWritten = (folder: string) => !failures.some(failure => failure.folder === folder)
      const answer = {
        id,
        madeAt,
        folders: folders.filter(isWritten),
        keys: keysFolders.find(isWritten) ?? keysFolders[0]!,
        keysFolders: keysFolders.filter(isWritten),
        messages: made.messages,
        entries: made.entries,
        lost: made.damage.filter(({ table }) => table === LOST_FILE).map(({ row }) => row),
        damage: made.damage.filter(({ table }) => table !== LOST_FILE),
        failures,
      }
      if (json) terminal.out(JSON.stringify(answer))
      else tell(answer, terminal)
      return failures.length + made.damage.length === 0 ? 0 : 1
    })
  },
})

const foldersOf = (...given: (string | undefined)[]): string[] =>
  given.filter(folder => folder !== undefined).map(folder => resolve(folder))

interface Order {
  line: string
  folders: string[]
  keysFolders: string[]
}

async function make(opened: Opened, terminal: Terminal, { line, folders, keysFolders }: Order) {
  const { store, settings, config, endings } = opened
  const madeAt = terminal.clock()
  const id = newId('bak', madeAt)
  const { signed, damage } = await signedAndRead(opened, madeAt)
  const sign = ({ recipient, migrations, messages, entries, rows, data, keys, beside, damage }: BackupContents) => {
    const contents = { recipient, migrations, messages, entries, rows, data, keys, beside, damaged: damage.length }
    const { origin, environment } = config
    const manifest = { id, madeAt, checkpoint: signed?.checkpoint.note ?? null, settings: { origin, environment }, ...contents }
    return signManifest(manifest, settings.trailName, store.signer)
  }
  const made = await backUp(await storageOf(config, madeAt), {
    ...{ id, recipient: line, dataFolders: folders, keysFolders, sign, damage, onProgress: terminal.progress },
    async beside() {
      // Of a trail that is damaged it notes nothing, and the journal is as it was.
      if (damage.length === 0) await noteEndings(opened)
      return [
        { name: 'checkpoints.txt', text: await readFile(historyFile(config), 'utf8').catch(emptyWhenMissing) },
        { name: 'endings.txt', text: await endings.text() },
      ]
    },
  })
  const entry = { organization: PORTAL_ITSELF, actor: OPERATOR, action: 'backup.made', object: id } as const
  const detail = { entries: made.entries, failures: made.failures.length }
  await store.transaction(tx => record(tx, terminal.clock(), { ...entry, detail }))
  return { id, madeAt, ...made }
}

/** A trail that is damaged cannot be signed for, and is copied all the same: the copy is what is left of it. */
async function signedAndRead({ store, settings, checkpointHistory: history }: Opened, now: Instant) {
  try {
    const signed = await signNewCheckpoint({ store, now, origin: settings.trailName, history })
    await readWholeTrail(store, settings.trailName, [])
    return { signed, damage: [] }
  } catch (error) {
    if (!isPortalError(error) || error.code !== 'tampered') throw error
    return { signed: null, damage: [{ table: WHOLE_TRAIL, row: 'whole' }] }
  }
}

function emptyWhenMissing(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return ''
  throw error
}

/** Keys that lie with the data are no longer apart, and two copies in one folder are one. */
function requireApart(folders: readonly string[]): void {
  for (const [at, one] of folders.entries()) {
    const other = folders.find((folder, i) => i !== at && (folder === one || folder.startsWith(one + sep)))
    if (other !== undefined) throw new UsedWrongly(`${other} and ${one} are not apart: each folder must stand by itself.`)
  }
}

async function recipientOf(given: string | undefined, config: Config): Promise<string> {
  if (given === undefined && config.backupRecipient === null)
    throw new PortalError(
      'misconfigured',
      'Nobody is named whom the backup is sealed to. Run `portal backup keygen FILE` on another machine and set BACKUP_RECIPIENT to the line it prints.',
    )
  if (given === undefined) return config.backupRecipient!
  return existsSync(given) ? await readFile(given, 'utf8') : given
}

/** A folder that cannot be written does not keep the other from getting its backup. */
async function readied(folders: readonly string[]) {
  const ready: string[] = []
  const unready: { folder: string; reason: string }[] = []
  for (const folder of folders) {
    await requireEmptyFolder(folder).then(
      () => ready.push(folder),
      (error: Error) => unready.push({ folder, reason: error.message }),
    )
  }
  if (ready.length === 0) throw new PortalError('unavailable', unready.map(({ reason }) => reason).join(' '))
  return { ready, unready }
}

interface Answer {
  id: string
  folders: string[]
  keysFolders: string[]
  messages: number
  entries: number
  /** Names of objects that the part store lacks. */
  lost: string[]
  damage: readonly Damage[]
  failures: { folder: string; reason: string }[]
}

function tell({ id, folders, keysFolders, messages, entries, lost, damage, failures }: Answer, terminal: Terminal): void {
  for (const folder of folders) terminal.out(`${id} is in ${folder}: ${messages} messages, ${entries} entries of the trail.`)
  if (folders.length > 0) terminal.out(`Its keys are in ${keysFolders.join(' and ')}: keep them apart from it.`)
  const missing = tellLost(lost.map(row => ({ table: LOST_FILE, row })))
  if (missing !== null) terminal.err(`portal backup: ${missing} Is PART_STORE what it was, and is it mounted?`)
  const damaged = tellDamage(damage)
  if (damaged !== null)
    terminal.err(`portal backup: ${damaged} All else is in the backup, with the list of them (${DAMAGE_FILE}).`)
  for (const { folder, reason } of failures) terminal.err(`portal backup: No backup is in ${folder}. ${reason}`)
}
