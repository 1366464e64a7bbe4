import { resolve } from 'node:path'
import { isPortalError } from '../errors.ts'
import { OPERATOR, PORTAL_ITSELF, record } from '../trail/entry.ts'
import { exportTrail, requireEmptyFolder } from '../trail/export.ts'
import { signNewCheckpoint } from '../trail/sign.ts'
import { command, JSON_ARGUMENT, type Terminal } from './command.ts'
import { type Opened, withPortal } from './opened.ts'

export default command({
  name: 'export',
  description: 'Writes the whole audit trail into a folder, for anyone to verify',
  args: {
    dir: { type: 'positional', description: 'An empty folder; made when it is not there', required: true },
    json: JSON_ARGUMENT,
  },
  async run({ dir, json }, terminal) {
    const directory = resolve(dir)
    await requireEmptyFolder(directory)
    return withPortal(terminal, async opened => {
      const isSigned = await recordAndSign(opened, terminal)
      const written = await exportTrail(opened.store, directory, { isSigned, onProgress: terminal.progress })
      if (json) terminal.out(JSON.stringify({ directory, ...written, isSigned }))
      else terminal.out(`${written.entries} entries and ${written.checkpoints} checkpoints are in ${directory}.`)
      return isSigned ? 0 : 1
    })
  },
})

/**
 * The export is itself an entry, and is signed for. Where signing is refused because the trail was tampered with, the export is the
 * evidence: it is written all the same.
 */
async function recordAndSign({ store, settings, checkpointHistory }: Opened, terminal: Terminal): Promise<boolean> {
  const now = terminal.clock()
  await store.transaction(tx => record(tx, now, { organization: PORTAL_ITSELF, actor: OPERATOR, action: 'trail.exported' }))
  try {
    await signNewCheckpoint({ store, now, origin: settings.trailName, history: checkpointHistory })
    return true
  } catch (error) {
    if (!isPortalError(error) || error.code !== 'tampered') throw error
    terminal.err(`portal audit export: ${error.message} The export is not signed.`)
    return false
  }
}
