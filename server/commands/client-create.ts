import { createClient } from '../client-credentials.ts'
import { SCOPES, type Scope } from '../sender.ts'
import { command, JSON_ARGUMENT, UsedWrongly } from './command.ts'
import { withPortal } from './opened.ts'

export default command({
  name: 'create',
  description: 'Lets a system deposit, and prints its credentials, which are shown only now',
  args: {
    organization: { type: 'string', description: 'The organization it deposits for', valueHint: 'org_…', required: true },
    name: { type: 'string', description: 'Shown to recipients when a deposit does not say whom it is from', required: true },
    scopes: {
      type: 'string',
      description: `What it may do, with commas between: ${SCOPES.join(',')}`,
      default: SCOPES.join(','),
    },
    json: JSON_ARGUMENT,
  },
  async run({ organization, name, scopes, json }, terminal) {
    const order = { organization, name, scopes: scopesOf(scopes) }
    const { client, secret, apiKey } = await withPortal(terminal, opened => createClient(opened, order))
    if (json) terminal.out(JSON.stringify({ id: client.id, secret, apiKey }))
    else terminal.out(`${client.name} is ${client.id}.\nAPI key: ${apiKey}\nSecret:  ${secret}\nNeither is shown again.`)
    return 0
  },
})

function scopesOf(text: string): Scope[] {
  const words = text.split(',').map(word => word.trim())
  const unknown = words.find(word => !(SCOPES as readonly string[]).includes(word))
  if (unknown !== undefined) throw new UsedWrongly(`"${unknown}" is no scope; there are ${SCOPES.join(', ')}.`)
  return words as Scope[]
}
