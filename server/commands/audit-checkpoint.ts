import { PortalError } from '../errors.ts'
import { signNewCheckpoint } from '../trail/sign.ts'
import { command, JSON_ARGUMENT } from './command.ts'
import { withPortal } from './opened.ts'

export default command({
  name: 'checkpoint',
  description: 'Signs what the audit trail holds now and prints it; keep it somewhere else, and verify with it later',
  args: { json: JSON_ARGUMENT },
  async run({ json }, terminal) {
    const signed = await withPortal(terminal, ({ store, settings, checkpointHistory }) =>
      signNewCheckpoint({ store, now: terminal.clock(), origin: settings.trailName, history: checkpointHistory }),
    )
    if (signed === null) throw new PortalError('conflict', 'The trail is empty: there is nothing to sign.')
    const { size, rootHash, note } = signed.checkpoint
    if (json) terminal.out(JSON.stringify({ size, root: Buffer.from(rootHash).toString('base64'), note, isNew: signed.isNew }))
    else terminal.out(note.trimEnd())
    return 0
  },
})
