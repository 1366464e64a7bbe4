import { resolve } from 'node:path'
import { DAMAGE_FILE, damageIn, parseArchiveIdentity, readThrough, tellDamage, tellLost } from '../../storage/index.ts'
import { type BackupHalf, dataFiles, identityIn, keysFiles, openHalf, refused, tellTaken } from './backup-half.ts'
import { command, JSON_ARGUMENT, type Terminal } from './command.ts'

export default command({
  name: 'verify',
  description: 'Reads a whole backup with the private key and restores nothing: no database, no root key, no settings',
  args: {
    dir: { type: 'positional', description: 'What `portal backup` wrote', required: true },
    or: { type: 'string', description: 'Its second copy', valueHint: 'dir' },
    keys: { type: 'string', description: 'The folder with its keys, to read them, too', valueHint: 'dir' },
    'or-keys': { type: 'string', description: 'The second copy of its keys', valueHint: 'dir' },
    identity: { type: 'string', description: 'The file that `portal backup keygen` wrote', valueHint: 'file', required: true },
    json: JSON_ARGUMENT,
  },
  async run({ dir, or, keys, 'or-keys': orKeys, identity: file, json }, terminal) {
    const identity = await identityIn(file)
    const folders = (...given: (string | undefined)[]) => given.filter(one => one !== undefined).map(one => resolve(one))
    const data = await openHalf(folders(dir, or), dataFiles, identity)
    const read = await readHalf('data', data, identity, terminal)
    // Of a database that was damaged, rows that nothing can be made of are not in it.
    if (read.rows !== data.manifest.rows && data.manifest.damaged === 0)
      throw refused(`It holds ${read.rows} rows instead of ${data.manifest.rows}.`)
    const apart = keys === undefined ? null : await openHalf(folders(keys, orKeys), keysFiles, identity)
    const readKeys = apart && (await readHalf('keys', apart, identity, terminal))
    const damage = damageIn(data.texts.get(DAMAGE_FILE) ?? '')
    const sources = [read.source, ...(readKeys === null ? [] : [readKeys.source])]
    const problems = [...data.problems, ...(apart?.problems ?? []), tellDamage(damage), tellLost(damage)].filter(
      one => one !== null,
    )
    const { id, madeAt, messages, entries, rows } = data.manifest
    if (json)
      terminal.out(JSON.stringify({ id, madeAt, messages, entries, rows, objects: read.objects, sources, damage, problems }))
    else {
      terminal.out(
        `${id} of ${new Date(madeAt).toISOString()} can be read: ${rows} rows and ${read.objects} large files, ${messages} messages among them.`,
      )
      for (const source of sources) terminal.out(source)
    }
    for (const problem of json ? [] : problems) terminal.err(`portal backup verify: ${problem}`)
    return problems.length === 0 ? 0 : 1
  },
})

async function readHalf(which: 'data' | 'keys', half: BackupHalf, identity: string, terminal: Terminal) {
  const { recipient } = parseArchiveIdentity(identity)
  const { manifest } = half
  if (manifest.recipient !== recipient.id)
    throw refused(`It is sealed to ${manifest.recipient}, and this identity is ${recipient.id}.`)
  let source = ''
  const onRead = (taken: readonly number[]) => {
    source = tellTaken(half, taken)
  }
  const read = await readThrough(which, { ...half.archive, onRead }, identity, rows =>
    terminal.progress(Math.min(rows, manifest.rows), manifest.rows),
  )
  return { ...read, source }
}
