import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { generateArchiveKeys } from '../../storage/index.ts'
import { command, JSON_ARGUMENT } from './command.ts'

export default command({
  name: 'keygen',
  description: 'Makes the key pair backups are sealed to. Run it away from the portal: the file it writes opens every backup',
  args: {
    file: { type: 'positional', description: 'Where to write the private half; must not be there yet', required: true },
    json: JSON_ARGUMENT,
  },
  async run({ file, json }, terminal) {
    const { recipient, identity } = generateArchiveKeys()
    await writeFile(resolve(file), textOf(recipient, identity), { flag: 'wx', mode: 0o600 })
    terminal.out(json ? JSON.stringify({ recipient, file: resolve(file) }) : recipient)
    if (!json) terminal.err(`The private half is in ${resolve(file)}: keep it away from the portal, and a copy of it elsewhere.`)
    return 0
  },
})

const textOf = (recipient: string, identity: string): string =>
  [
    '# Opens backups of a portal for secure messages, together with the root key. Keep it offline.',
    `# Its public half, for BACKUP_RECIPIENT: ${recipient}`,
    `${identity}\n`,
  ].join('\n')
