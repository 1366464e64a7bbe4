import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve, sep } from 'node:path'
import { type BackupContents, backUp } from '../../storage/index.ts'
import { signManifest } from '../backup-manifest.ts'
import type { Config } from '../config.ts'
import { noteEndings } from '../ending.ts'
import { PortalError } from '../errors.ts'
import { newId } from '../ids.ts'
import { OPERATOR, PORTAL_ITSELF, record } from '../trail/entry.ts'
import { requireEmptyFolder } from '../trail/export.ts'
import { signNewCheckpoint } from '../trail/sign.ts'
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
    recipient: {
      type: 'string',
      description: 'Whom to seal to: the line that `portal backup keygen` printed, or a file with it (else BACKUP_RECIPIENT)',
      valueHint: 'line|file',
    },
    json: JSON_ARGUMENT,
  },
  async run({ dir, to, 'keys-to': keysTo, recipient, json }, terminal) {
    const folders = [dir, ...(to === undefined ? [] : [to])].map(folder => resolve(folder))
    const keysFolder = resolve(keysTo)
    requireApart([...folders, keysFolder])
    return withPortal(terminal, async opened => {
      const line = await recipientOf(recipient, opened.config)
      await requireEmptyFolder(keysFolder)
      const { ready, unready } = await readied(folders)
      const { id, madeAt, ...made } = await make(opened, terminal, { line, folders: ready, keysFolder })
      const failures = [...unready, ...made.failures]
      const written = ready.filter(folder => !failures.some(failure => failure.folder === folder))
      const answer = {
        id,
        madeAt,
        folders: written,
        keys: keysFolder,
        messages: made.messages,
        entries: made.entries,
        lost: made.lost,
        failures,
      }
      if (json) terminal.out(JSON.stringify(answer))
      else tell(answer, terminal)
      return failures.length + made.lost.length === 0 ? 0 : 1
    })
  },
})

interface Order {
  line: string
  folders: string[]
  keysFolder: string
}

async function make(opened: Opened, terminal: Terminal, { line, folders, keysFolder }: Order) {
  const { store, settings, config, checkpointHistory, endings } = opened
  const madeAt = terminal.clock()
  const id = newId('bak', madeAt)
  const signed = await signNewCheckpoint({ store, now: madeAt, origin: settings.trailName, history: checkpointHistory })
  const sign = ({ recipient, migrations, messages, entries, rows, data, keys, beside, lost }: BackupContents) => {
    const contents = { recipient, migrations, messages, entries, rows, data, keys, beside, lost }
    const { origin, environment } = config
    const manifest = { id, madeAt, checkpoint: signed?.checkpoint.note ?? null, settings: { origin, environment }, ...contents }
    return signManifest(manifest, settings.trailName, store.signer)
  }
  const made = await backUp(await storageOf(config, madeAt), {
    ...{ id, recipient: line, dataFolders: folders, keysFolder, sign, onProgress: terminal.progress },
    async beside() {
      await noteEndings(opened)
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
  keys: string
  messages: number
  entries: number
  /** Names of objects that the part store lacks. */
  lost: string[]
  failures: { folder: string; reason: string }[]
}

function tell({ id, folders, keys, messages, entries, lost, failures }: Answer, terminal: Terminal): void {
  for (const folder of folders) terminal.out(`${id} is in ${folder}: ${messages} messages, ${entries} entries of the trail.`)
  if (folders.length > 0) terminal.out(`Its keys are in ${keys}: keep them apart from it.`)
  if (lost.length > 0) terminal.err(`portal backup: ${tellLost(lost)} Is PART_STORE what it was, and is it mounted?`)
  for (const { folder, reason } of failures) terminal.err(`portal backup: No backup is in ${folder}. ${reason}`)
}

/** What a backup cannot bring back, for whoever makes one or uses it. */
export const tellLost = (lost: readonly string[]): string =>
  `${lost.length} large files are not in the part store, and so not in this backup (${lost.slice(0, 3).join(', ')}${lost.length > 3 ? ', …' : ''}).`
