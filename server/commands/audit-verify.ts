import { existsSync, readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseVerifierKey, splitNotes } from '../trail/checkpoint.ts'
import { type Verification, verifyExport } from '../trail/verify.ts'
import { command, JSON_ARGUMENT, type Terminal, UsedWrongly } from './command.ts'

export default command({
  name: 'verify',
  description: 'Verifies an exported audit trail with the public key alone: no network, no database, no settings',
  args: {
    dir: { type: 'positional', description: 'What `portal audit export` wrote', required: true },
    key: { type: 'string', description: 'The public key (`portal audit key`), or a file that holds it', required: true },
    checkpoint: {
      type: 'string',
      description: 'A file with checkpoints from earlier: shows that nothing before them was rewritten',
      valueHint: 'file',
    },
    json: JSON_ARGUMENT,
  },
  async run({ dir, key, checkpoint, json }, terminal) {
    const directory = resolve(dir)
    if (!isFolder(directory)) throw new UsedWrongly(`There is no folder ${dir}.`)
    const verification = await verifyExport(directory, keyOf(key), {
      earlier: checkpoint === undefined ? [] : notesOf(checkpoint),
      onProgress: terminal.progress,
    })
    if (json) terminal.out(JSON.stringify(verification))
    else tell(verification, terminal)
    return verification.ok ? 0 : 1
  },
})

const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory()

function keyOf(text: string): string {
  const isFile = existsSync(text)
  // A verifier key has plus signs in it; a name without one was meant to be a file.
  if (!isFile && !text.includes('+')) throw new UsedWrongly(`There is no file ${text}, and it is not a key either.`)
  const key = isFile ? readFileSync(text, 'utf8').trim() : text.trim()
  parseVerifierKey(key)
  return key
}

function notesOf(file: string): string[] {
  if (!existsSync(file)) throw new UsedWrongly(`There is no file ${file}.`)
  // Copying from a letter or a screen loses the last newline easily; it says nothing.
  const { notes, rest } = splitNotes(`${readFileSync(file, 'utf8').trimEnd()}\n`)
  if (notes.length === 0 || rest !== '') throw new UsedWrongly(`The file ${file} does not hold checkpoints, or not whole ones.`)
  return notes
}

function tell({ ok, entries, proven, checkpoints, problems, warnings }: Verification, terminal: Terminal): void {
  for (const { where, what } of problems) terminal.out(`WRONG   ${where}: ${what}`)
  for (const { where, what } of warnings) terminal.out(`NOTE    ${where}: ${what}`)
  if (ok)
    terminal.out(`All ${entries} entries are proven, by ${checkpoints} ${checkpoints === 1 ? 'checkpoint' : 'checkpoints'}.`)
  else
    terminal.err(
      `portal audit verify: Something is wrong, and stands above. Proven all the same: ${proven} of ${entries} entries.`,
    )
}
