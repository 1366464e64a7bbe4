import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { DAMAGE_FILE, damageIn, LOST_FILE, parseArchiveIdentity, restore, tellDamage, tellLost } from '../../storage/index.ts'
import type { Manifest } from '../backup-manifest.ts'
import { type Config, readConfig } from '../config.ts'
import type { Damage } from '../damage.ts'
import { type Ending, endingsIn, fileJournal, type JournalMac, readJournal } from '../ending-journal.ts'
import { isPortalError } from '../errors.ts'
import { type Resumed, resume } from '../restoring.ts'
import { splitNotes } from '../trail/checkpoint.ts'
import { fileHistory } from '../trail/history.ts'
import { sameHash } from '../trail/tree.ts'
import { type BackupHalf, dataFiles, identityIn, keysFiles, openHalf, refused, tellTaken } from './backup-half.ts'
import { command, JSON_ARGUMENT, type Terminal, UsedWrongly } from './command.ts'
import { historyFile, journalFile, storageOf } from './opened.ts'

export default command({
  name: 'restore',
  description: 'Brings a backup back into an empty database, looks at everything in it, and ends again what has ended since',
  args: {
    dir: { type: 'positional', description: 'What `portal backup` wrote', required: true },
    or: { type: 'string', description: 'Its second copy: what is damaged in one is taken from the other', valueHint: 'dir' },
    keys: { type: 'string', description: 'The folder with its keys', valueHint: 'dir', required: true },
    'or-keys': { type: 'string', description: 'The second copy of its keys', valueHint: 'dir' },
    identity: { type: 'string', description: 'The file that `portal backup keygen` wrote', valueHint: 'file', required: true },
    endings: {
      type: 'string',
      description: 'endings.txt of the portal that was lost, or of its newest backup: what had ended stays so, and holds hold',
      valueHint: 'file',
    },
    'without-endings': {
      type: 'boolean',
      description:
        'There is no endings.txt any more: what was disposed of, taken back or revoked since the backup comes back to life, and holds are forgotten',
    },
    history: {
      type: 'string',
      description: 'checkpoints.txt of the portal that was lost: tells how many entries of the trail are lost',
      valueHint: 'file',
    },
    'take-part-store': {
      type: 'boolean',
      description: 'The part store holds files of the portal that was lost, which will never run again: they are this one’s now',
    },
    'accept-damage': {
      type: 'boolean',
      description: 'Bring back what verifies, and record in the trail what does not: it is lost from then on',
    },
    json: JSON_ARGUMENT,
  },
  async run(args, terminal) {
    const config = readConfig(terminal.env)
    const folders = (...given: (string | undefined)[]) => given.filter(one => one !== undefined).map(one => resolve(one))
    const backup = await opened(folders(args.dir, args.or), folders(args.keys, args['or-keys']), args.identity)
    const known = await knownBeside(backup, config, args)
    if (known.journals.length === 0 && !args['without-endings'])
      throw new UsedWrongly(
        'No endings.txt newer than the backup is at hand: give it with --endings; or say --without-endings, and what has ended since is there again.',
      )
    const acceptDamage = args['accept-damage'] ?? false
    const { manifest, texts, problems } = backup.data
    const restored = await bringBack(backup, config, known, {
      acceptDamage,
      takePartStore: args['take-part-store'] ?? false,
      terminal,
    }).catch(error => {
      throw withWayOut(error)
    })
    const { id, madeAt, messages } = manifest
    for (const problem of [...problems, ...backup.keys.problems]) terminal.err(`portal restore: ${problem}`)
    if (args.json) terminal.out(JSON.stringify({ id, madeAt, messages, ...restored }))
    else tell(manifest, restored, known.journals.length > 0, terminal)
    const lost =
      tellLost(damageIn(texts.get(DAMAGE_FILE) ?? '')) ?? tellLost(manifest.lost.map(row => ({ table: LOST_FILE, row })))
    if (lost !== null) terminal.err(`portal restore: ${lost}`)
    return 0
  },
})

/** Damage that was found by looking can be accepted; a backup that cannot be read, cannot. */
function withWayOut(error: unknown): unknown {
  if (!isPortalError(error) || error.code !== 'tampered' || !/ not verify: /.test(error.message)) return error
  return refused(`${error.message} Take an older backup; or bring back all else, and record the loss, with --accept-damage.`)
}

interface Backup {
  data: BackupHalf
  keys: BackupHalf
  identity: string
}

/** Everything that can be said of a backup without opening it: whole, unchanged, the two halves of one portal, sealed to this identity. */
async function opened(folders: string[], keysFolders: string[], identityFile: string): Promise<Backup> {
  const identity = await identityIn(identityFile)
  const { recipient } = parseArchiveIdentity(identity)
  const data = await openHalf(folders, dataFiles, identity)
  const keys = await openHalf(keysFolders, keysFiles, identity)
  if (!sameHash(keys.manifest.publicKey, data.manifest.publicKey)) throw refused('These are the keys of another portal.')
  if (keys.manifest.madeAt < data.manifest.madeAt)
    throw refused('These keys are older than the data: take those that were written with it, or newer ones.')
  for (const { manifest } of [data, keys])
    if (manifest.recipient !== recipient.id)
      throw refused(`It is sealed to ${manifest.recipient}, and this identity is ${recipient.id}.`)
  return { data, keys, identity }
}

/** What the backup itself cannot know: wherever else somebody kept what has happened since. */
async function knownBeside(
  { data: { manifest, texts: beside } }: Backup,
  config: Config,
  given: { endings?: string | undefined; history?: string | undefined },
) {
  const texts = async (name: string, here: string, elsewhere: string | undefined) => {
    if (elsewhere !== undefined && !existsSync(elsewhere)) throw new UsedWrongly(`There is no file ${elsewhere}.`)
    const files = [here, ...(elsewhere === undefined ? [] : [elsewhere])].filter(existsSync)
    return [beside.get(name) ?? '', ...(await Promise.all(files.map(file => readFile(file, 'utf8'))))]
  }
  const histories = await texts('checkpoints.txt', historyFile(config), given.history)
  if (given.endings !== undefined && !existsSync(given.endings)) throw new UsedWrongly(`There is no file ${given.endings}.`)
  const inBackup = endingsIn(beside.get('endings.txt') ?? '')
  const journals = [journalFile(config), given.endings].filter(file => file !== undefined && existsSync(file))
  return {
    notes: [...(manifest.checkpoint === null ? [] : [manifest.checkpoint]), ...histories.flatMap(text => splitNotes(text).notes)],
    // It lies under the signature of the manifest.
    inBackup,
    journals: await Promise.all(journals.map(async file => ({ file: file!, text: await readFile(file!, 'utf8') }))),
  }
}

/** The endings of a journal as far as it is what its portal wrote. Whoever could change a line could destroy, or bring back. */
function endingsOf({ file, text }: { file: string; text: string }, mac: JournalMac, acceptDamage: boolean): readonly Ending[] {
  const { endings, wrongLine } = readJournal(text, mac)
  if (wrongLine !== null && !acceptDamage)
    throw refused(
      `Line ${wrongLine} of ${file} is not what the portal wrote: it was changed, moved or cut off, or a line before it was taken away. Take another copy; or follow only what stands before it, with --accept-damage.`,
    )
  return endings
}

async function bringBack(
  { data, keys, identity }: Backup,
  config: Config,
  known: Awaited<ReturnType<typeof knownBeside>>,
  { acceptDamage, takePartStore, terminal }: { acceptDamage: boolean; takePartStore: boolean; terminal: Terminal },
): Promise<Resumed & { damage: readonly Damage[]; sources: string[] }> {
  const now = terminal.clock()
  const sources: string[] = []
  const from = (half: BackupHalf) => ({
    ...half.archive,
    onRead: (taken: readonly number[]) => void sources.push(tellTaken(half, taken)),
  })
  const { manifest } = data
  await mkdir(config.dataFolder, { recursive: true, mode: 0o700 })
  const restoring = await restore(await storageOf(config, now), {
    ...{ data: from(data), keys: from(keys), identity, migrations: manifest.migrations, rows: manifest.rows, now },
    ...{ acceptDamage, takePartStore },
    onProgress: (step, done, total) => terminal.progress(done + (step === 'loading' ? 0 : total), 2 * total),
  })
  const { store } = restoring
  try {
    if (!sameHash(store.signer.publicKey, manifest.publicKey))
      throw refused('The manifest is signed by another portal than it holds.')
    const endings = [...known.inBackup, ...known.journals.flatMap(journal => endingsOf(journal, store.journalMac, acceptDamage))]
    const checkpointHistory = fileHistory(historyFile(config))
    const resumed = await resume(
      { store, checkpointHistory, endings: fileJournal(journalFile(config), store.journalMac) },
      { backup: manifest.id, trailName: config.trailName, now, damage: restoring.damage, notes: known.notes, endings },
    )
    await restoring.finish()
    return { ...resumed, damage: restoring.damage, sources }
  } catch (error) {
    await restoring.abandon()
    throw error
  } finally {
    await store.close()
  }
}

function tell(
  { id, madeAt, messages }: Manifest,
  { entries, lostEntries, endedAgain, trailName, damage, sources }: Awaited<ReturnType<typeof bringBack>>,
  knowsEndings: boolean,
  terminal: Terminal,
): void {
  const damaged = tellDamage(damage)
  const verified = damaged === null ? ', all verified' : ''
  terminal.out(
    `${id} of ${new Date(madeAt).toISOString()} is restored: ${messages} messages, ${entries} entries of the trail${verified}.`,
  )
  if (damaged !== null) terminal.out(`Lost, and in the trail as lost: ${damaged}`)
  for (const source of sources) terminal.out(source)
  terminal.out(`Ended again, as they had ended since: ${endedAgain}. Entries of the trail known to be lost: ${lostEntries}.`)
  terminal.out(`The trail goes on as ${trailName}: give \`portal audit key\` to whoever verifies it.`)
  if (!knowsEndings)
    terminal.err(
      'portal restore: No endings.txt newer than the backup was at hand: what has ended since is there again, and holds placed since are not.',
    )
}
