import { verifierKey } from '../trail/checkpoint.ts'
import { command, JSON_ARGUMENT } from './command.ts'
import { withPortal } from './opened.ts'

export default command({
  name: 'key',
  description: 'The public key that verifies the audit trail; give it to whoever should be able to',
  args: { json: JSON_ARGUMENT },
  async run({ json }, terminal) {
    const key = await withPortal(terminal, async ({ store, settings }) => verifierKey(settings.trailName, store.signer.publicKey))
    terminal.out(json ? JSON.stringify({ key }) : key)
    return 0
  },
})
