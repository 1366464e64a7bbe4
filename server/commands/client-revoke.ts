import { revokeClient } from '../client-credentials.ts'
import { toIso } from '../time.ts'
import { command, JSON_ARGUMENT } from './command.ts'
import { withPortal } from './opened.ts'

export default command({
  name: 'revoke',
  description: 'Shuts a client out for good; what it deposited stays',
  args: { id: { type: 'positional', description: 'The client, cli_…', required: true }, json: JSON_ARGUMENT },
  async run({ id, json }, terminal) {
    const { name, revokedAt } = await withPortal(terminal, opened => revokeClient(opened, id))
    terminal.out(json ? JSON.stringify({ id, revokedAt: toIso(revokedAt!) }) : `${name} is shut out.`)
    return 0
  },
})
