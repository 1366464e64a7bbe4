import type { MessagePort } from 'node:worker_threads'
import { PortalError } from '../errors.ts'
import type { Log } from '../parts.ts'
import type { Portal } from '../portal.ts'
import { type CallMessage, Line } from './line.ts'
import { fromRefusal, type Tell } from './refusal.ts'

type UseCase = (...given: unknown[]) => Promise<unknown>

/** Lets the other end of the port call the portal. @returns the names of what may be called. */
export function answerCalls(port: MessagePort, portal: Portal, log: Log): (keyof Portal)[] {
  const useCases = new Map(Object.entries(portal) as [keyof Portal, UseCase][])
  const line = new Line(
    port,
    (error, failure) => log.error('portal.failed', error, { failure }),
    async message => {
      if (message.kind !== 'call') return
      const { call, method, parcel } = message
      try {
        const act = useCases.get(method as keyof Portal)
        if (act === undefined) throw new TypeError(`The portal has no use case ${method}.`)
        const { parcel: answer, transfer } = line.pack(await act(...(line.unpack(parcel) as unknown[])))
        line.post({ kind: 'answer', call, parcel: answer }, transfer)
      } catch (error) {
        line.post({ kind: 'refusal', call, refusal: line.refusal(error) })
      }
    },
  )
  return [...useCases.keys()]
}

interface Asked {
  resolve(answer: unknown): void
  reject(error: unknown): void
  /** Streams among what was given. */
  streams: number[]
}

/**
 * The portal at the other end of a port. It takes and answers what the portal itself would, refusals included; only that large byte
 * arrays are given away, and that an error which nobody meant says no more than where the log tells of it.
 *
 * @param names - what may be called.
 */
export function portalOver(port: MessagePort, names: readonly (keyof Portal)[], log: Log): Portal {
  const asked = new Map<number, Asked>()
  let last = 0
  // Nearly always a visitor who left in the middle of an upload.
  const brokeOff: Tell = (error, failure) =>
    log.warn('upload.broke_off', { failure, error: error instanceof Error ? error.name : '' })
  const answered = (message: CallMessage): void => {
    const waiting = asked.get(message.call)
    if (waiting === undefined || message.kind === 'call') return
    asked.delete(message.call)
    line.drop(waiting.streams)
    if (message.kind === 'answer') waiting.resolve(line.unpack(message.parcel))
    else waiting.reject(fromRefusal(message.refusal))
  }
  const line = new Line(port, brokeOff, answered, () => {
    for (const { reject } of asked.values()) reject(closed())
    asked.clear()
  })

  const call = (method: string, given: unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const call = ++last
      const { parcel, transfer, streams } = line.pack(given)
      line.post({ kind: 'call', call, method, parcel }, transfer)
      asked.set(call, { resolve, reject, streams })
    })
  const useCases = names.map((name): [string, UseCase] => [name, (...given) => call(name, given)])
  return Object.fromEntries(useCases) as unknown as Portal
}

const closed = () =>
  new PortalError('unavailable', 'The portal is closing. Please try again in a minute.', { retryAfterSeconds: 5 })
