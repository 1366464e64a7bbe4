import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { DATA_FILE, KEYS_FILE, MANIFEST_FILE, parseArchiveIdentity, requireFile, restore } from '../../storage/index.ts'
import { type Manifest, openManifest } from '../backup-manifest.ts'
import { type Config, readConfig } from '../config.ts'
import { endingsIn, fileJournal, strangeLinesIn } from '../ending-journal.ts'
import { PortalError } from '../errors.ts'
import { type Resumed, resume } from '../restoring.ts'
import { splitNotes } from '../trail/checkpoint.ts'
import { fileHistory } from '../trail/history.ts'
import { sameHash } from '../trail/tree.ts'
import { tellLost } from './backup.ts'
import { command, JSON_ARGUMENT, type Terminal, UsedWrongly } from './command.ts'
import { historyFile, journalFile, storageOf } from './opened.ts'

export default command({
  name: 'restore',
  description: 'Brings a backup back into an empty database, looks at everything in it, and ends again what has ended since',
  args: {
    dir: { type: 'positional', description: 'What `portal backup` wrote', required: true },
    keys: { type: 'string', description: 'The folder with its keys', valueHint: 'dir', required: true },
    identity: { type: 'string', description: 'The file that `portal backup keygen` wrote', valueHint: 'file', required: true },
    endings: {
      type: 'string',
      description: 'endings.txt of the portal that was lost, or of its newest backup: what had ended stays so, and holds hold',
      valueHint: 'file',
    },
    history: {
      type: 'string',
      description: 'checkpoints.txt of the portal that was lost: tells how many entries of the trail are lost',
      valueHint: 'file',
    },
    json: JSON_ARGUMENT,
  },
  async run(args, terminal) {
    const config = readConfig(terminal.env)
    const backup = await opened(resolve(args.dir), resolve(args.keys), args.identity)
    const known = await knownBeside(backup, config, args)
    if (known.strange > 0)
      terminal.err(`portal restore: ${known.strange} lines of endings.txt are damaged or a newer program’s, and passed over.`)
    const resumed = await bringBack(backup, config, known, terminal)
    const { id, madeAt, messages } = backup.manifest
    if (args.json) terminal.out(JSON.stringify({ id, madeAt, messages, ...resumed }))
    else tell(backup.manifest, resumed, args.endings !== undefined || existsSync(journalFile(config)), terminal)
    return 0
  },
})

interface Backup {
  folder: string
  keysFolder: string
  manifest: ReturnType<typeof openManifest>
  keys: ReturnType<typeof openManifest>
  identity: string
}

/** Everything that can be said of a backup without opening it: whole, unchanged, the two halves of one portal, sealed to this identity. */
async function opened(folder: string, keysFolder: string, identityFile: string): Promise<Backup> {
  if (!existsSync(identityFile)) throw new UsedWrongly(`There is no file ${identityFile}.`)
  const identity = await readFile(identityFile, 'utf8')
  const { recipient } = parseArchiveIdentity(identity)
  const manifest = await manifestIn(folder)
  const keys = await manifestIn(keysFolder)
  if (!sameHash(keys.publicKey, manifest.publicKey)) throw refused('These are the keys of another portal.')
  if (keys.madeAt < manifest.madeAt)
    throw refused('These keys are older than the data: take those that were written with it, or newer ones.')
  for (const sealedTo of [manifest.recipient, keys.recipient])
    if (sealedTo !== recipient.id) throw refused(`It is sealed to ${sealedTo}, and this identity is ${recipient.id}.`)
  await requireFiles(folder, [manifest.data, ...manifest.beside])
  await requireFiles(keysFolder, [keys.keys])
  return { folder, keysFolder, manifest, keys, identity }
}

async function manifestIn(folder: string) {
  const path = join(folder, MANIFEST_FILE)
  if (!existsSync(path)) throw refused(`${folder} holds no whole backup: its ${MANIFEST_FILE} is missing.`)
  return openManifest(await readFile(path, 'utf8'), folder)
}

async function requireFiles(folder: string, files: Manifest['beside']): Promise<void> {
  for (const file of files) {
    await requireFile(folder, file).catch((error: Error) => {
      throw refused(`The backup in ${folder} is not whole: ${error.message}`)
    })
  }
}

const refused = (sentence: string) => new PortalError('tampered', sentence)

/** What the backup itself cannot know: wherever else somebody kept what has happened since. */
async function knownBeside(
  { folder, manifest }: Backup,
  config: Config,
  given: { endings?: string | undefined; history?: string | undefined },
) {
  const texts = async (name: string, here: string, elsewhere: string | undefined) => {
    if (elsewhere !== undefined && !existsSync(elsewhere)) throw new UsedWrongly(`There is no file ${elsewhere}.`)
    const files = [join(folder, name), here, ...(elsewhere === undefined ? [] : [elsewhere])]
    return Promise.all(files.filter(existsSync).map(file => readFile(file, 'utf8')))
  }
  const histories = await texts('checkpoints.txt', historyFile(config), given.history)
  const journals = await texts('endings.txt', journalFile(config), given.endings)
  return {
    notes: [...(manifest.checkpoint === null ? [] : [manifest.checkpoint]), ...histories.flatMap(text => splitNotes(text).notes)],
    endings: journals.flatMap(endingsIn),
    strange: journals.reduce((sum, text) => sum + strangeLinesIn(text), 0),
  }
}

async function bringBack(
  { folder, keysFolder, manifest, keys, identity }: Backup,
  config: Config,
  known: Awaited<ReturnType<typeof knownBeside>>,
  terminal: Terminal,
): Promise<Resumed> {
  const now = terminal.clock()
  await mkdir(config.dataFolder, { recursive: true, mode: 0o700 })
  const restoring = await restore(await storageOf(config, now), {
    data: { path: join(folder, DATA_FILE), name: `${manifest.id}/${DATA_FILE}` },
    keys: { path: join(keysFolder, KEYS_FILE), name: `${keys.id}/${KEYS_FILE}` },
    ...{ identity, migrations: manifest.migrations, rows: manifest.rows, now },
    onProgress: (step, done, total) => terminal.progress(done + (step === 'loading' ? 0 : total), 2 * total),
  })
  const { store } = restoring
  try {
    if (!sameHash(store.signer.publicKey, manifest.publicKey))
      throw refused('The manifest is signed by another portal than it holds.')
    const checkpointHistory = fileHistory(historyFile(config))
    const resumed = await resume(
      { store, checkpointHistory, endings: fileJournal(journalFile(config)) },
      { backup: manifest.id, trailName: config.trailName, now, ...known },
    )
    await restoring.finish()
    return resumed
  } catch (error) {
    await restoring.abandon()
    throw error
  } finally {
    await store.close()
  }
}

function tell({ id, madeAt, messages, lost }: Manifest, resumed: Resumed, knowsEndings: boolean, terminal: Terminal): void {
  const { entries, lostEntries, endedAgain, trailName } = resumed
  terminal.out(
    `${id} of ${new Date(madeAt).toISOString()} is restored: ${messages} messages, ${entries} entries of the trail, all verified.`,
  )
  terminal.out(`Ended again, as they had ended since: ${endedAgain}. Entries of the trail known to be lost: ${lostEntries}.`)
  terminal.out(`The trail goes on as ${trailName}: give \`portal audit key\` to whoever verifies it.`)
  if (lost.length > 0) terminal.err(`portal restore: ${tellLost(lost)}`)
  if (!knowsEndings)
    terminal.err(
      'portal restore: No endings.txt newer than the backup was at hand: what has ended since is there again, and holds placed since are not.',
    )
}
