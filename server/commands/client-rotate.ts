import { rotateClient } from '../client-credentials.ts'
import { command, JSON_ARGUMENT } from './command.ts'
import { withPortal } from './opened.ts'

export default command({
  name: 'rotate',
  description: 'Gives a client new credentials; the old ones stop working at once',
  args: { id: { type: 'positional', description: 'The client, cli_…', required: true }, json: JSON_ARGUMENT },
  async run({ id, json }, terminal) {
    const { client, secret, apiKey } = await withPortal(terminal, opened => rotateClient(opened, id))
    if (json) terminal.out(JSON.stringify({ id, secret, apiKey }))
    else terminal.out(`${client.name} has new credentials.\nAPI key: ${apiKey}\nSecret:  ${secret}\nNeither is shown again.`)
    return 0
  },
})
