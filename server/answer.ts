import { LIMITS } from './deposit-request.ts'
import { type FieldError, PortalError } from './errors.ts'
import { newId } from './ids.ts'
import { typeOf } from './intake/file-type.ts'
import type { Message } from './message.ts'
import { fileNameProblem } from './plain-text.ts'
import type { Tx } from './store.ts'
import type { Instant } from './time.ts'
import type { FileUpload, ReceivedFile } from './views.ts'

/** What somebody wrote in the answer box, with the files they chose. */
export interface Answer {
  text: string
  files: FileUpload[]
}

/** A file of which it is known what it is. */
export type TypedFile = ReceivedFile & { type: string }

/** In UTF-16 code units, as text boxes count; files; bytes of all files together. */
export const ANSWER_LIMITS = { text: 20_000, files: 10, fileBytes: LIMITS.attachmentBytes } as const

/**
 * Checks an answer and finds out what its files are. Text comes back with plain line ends.
 *
 * @throws PortalError `invalid`, with the fields `text` or `files`; `too_large`.
 */
export async function checkAnswer(answer: Answer): Promise<Answer> {
  const text = answer.text.replace(/\r\n?/g, '\n')
  const fields = [...answerProblems(text), ...fileProblems(answer.files)]
  if (fields.length > 0) throw new PortalError('invalid', 'Your answer cannot be sent like this yet.', { fields })
  const bytes = answer.files.reduce((sum, file) => sum + file.bytes.length, 0)
  if (bytes > ANSWER_LIMITS.fileBytes) throw new PortalError('too_large', 'Your files may hold at most 20 MB together.')
  const files = await Promise.all(answer.files.map(async file => ({ ...file, type: await typeOf(file.bytes, file.name) })))
  return { text, files }
}

/** What is wrong with the words of an answer, as it is. */
export function answerProblems(text: string): FieldError[] {
  if (text.trim() === '') return [{ field: 'text', problem: 'Write your answer.' }]
  if (text.length > ANSWER_LIMITS.text) return [{ field: 'text', problem: 'Use at most 20,000 characters.' }]
  // Nobody types these; they would come from a program, and could hide something from who reads it.
  if (/(?![\n\t])\p{Cc}|\p{Surrogate}/u.test(text)) return [{ field: 'text', problem: 'Remove characters that cannot be shown.' }]
  return []
}

function fileProblems(files: FileUpload[]): FieldError[] {
  if (files.length > ANSWER_LIMITS.files) return [{ field: 'files', problem: `Choose at most ${ANSWER_LIMITS.files} files.` }]
  const wrong = files.find(file => fileNameProblem(file.name, LIMITS.fileName) !== null)
  return wrong === undefined ? [] : [{ field: 'files', problem: fileNameProblem(wrong.name, LIMITS.fileName)! }]
}

/** Seals the files of an answer beside its message; those that wait sealed already become its own. */
export async function attachFiles(
  tx: Tx,
  message: Pick<Message, 'id' | 'organization' | 'recipient'>,
  files: TypedFile[],
  now: Instant,
) {
  const { organization, recipient } = message
  for (const { name, type, ...file } of files) {
    const attachment = { id: newId('att', now), message: message.id, organization, recipient, name, type }
    if ('staged' in file) {
      await tx.attachments.addStaged({ ...attachment, size: file.size }, file.staged)
      await tx.stagedFiles.claim(file.staged)
    } else await tx.attachments.add({ ...attachment, size: file.bytes.length }, file.bytes)
  }
}
