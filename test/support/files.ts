import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { OWNER_MARK } from '../../storage/part-owner.ts'
import { depositJson } from './api.ts'
import type { TestPortal } from './whole-portal.ts'

export const MIB = 1024 * 1024

/** Names of the objects in a portal's part store, without the one that says whose they are; those that are not finished among them. */
export async function objectsIn(directory: string): Promise<string[]> {
  const entries = await readdir(path.join(directory, 'parts'), { recursive: true, withFileTypes: true }).catch(() => [])
  return entries.filter(entry => entry.isFile() && entry.name !== OWNER_MARK).map(entry => entry.name)
}

/** What is written down of a portal's objects, and what lies there. */
export async function keptFiles({ storage }: TestPortal): Promise<{ objects: number; waiting: number }> {
  const waiting = await storage.store.read(tx => tx.stagedFiles.abandoned(Number.MAX_SAFE_INTEGER, 100))
  return { objects: (await objectsIn(storage.directory)).length, waiting: waiting.length }
}

/** A PDF by its beginning, of so many bytes that nothing can compress. */
export function pdf(size: number): Buffer {
  const bytes = randomBytes(size)
  bytes.write('%PDF-1.7\n')
  return bytes
}

export interface FormFile {
  name: string
  bytes: Uint8Array
}

/** A deposit as a form: its JSON first, then its files. */
export function depositForm(files: readonly FormFile[], deposit: unknown = depositJson()): FormData {
  const form = new FormData()
  form.append('deposit', JSON.stringify(deposit))
  for (const { name, bytes } of files) form.append('file', new Blob([bytes as Uint8Array<ArrayBuffer>]), name)
  return form
}

/** The same by hand, for what no well-behaved client would send. */
export function formText(parts: readonly string[], end = '--x--\r\n'): string {
  return parts.map(part => `--x\r\n${part}\r\n`).join('') + end
}
export const FORM_TYPE = { 'content-type': 'multipart/form-data; boundary=x' }
export const depositPart = (deposit: unknown = depositJson()): string =>
  `Content-Disposition: form-data; name="deposit"\r\nContent-Type: application/json\r\n\r\n${JSON.stringify(deposit)}`
export const filePart = (name: string, content: string, field = 'file'): string =>
  `Content-Disposition: form-data; name="${field}"; filename="${name}"\r\n\r\n${content}`
