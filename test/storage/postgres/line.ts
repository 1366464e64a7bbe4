import { connect, createServer, type Socket } from 'node:net'

/** A way to the database on which somebody stands who looks at what passes. */
export interface Line {
  url: string
  /** Looks at everything that passes on a line once it has begun to write; what it answers with `cut` does not arrive, nor anything later. */
  watch(look: Look): void
  close(): Promise<void>
}
export type Look = (from: 'portal' | 'database', bytes: Buffer) => 'cut' | 'cut behind' | undefined

/** The way to a database that goes over us. */
export async function lineTo(url: string): Promise<Line> {
  const { port, hostname } = new URL(url)
  let look: Look = () => undefined
  const sockets = new Set<Socket>()
  const server = createServer(near => {
    const far = connect(Number(port), hostname)
    let writes = false
    const pass = (from: 'portal' | 'database', to: Socket) => (bytes: Buffer) => {
      writes ||= bytes.includes('for update')
      const what = writes ? look(from, bytes) : undefined
      if (what !== 'cut') to.write(bytes)
      if (what === undefined) return
      near.destroy()
      far.end()
    }
    near.on('data', pass('portal', far)).on('close', () => far.end())
    far.on('data', pass('database', near)).on('close', () => near.destroy())
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const over = new URL(url)
  over.port = String((server.address() as { port: number }).port)
  return {
    url: over.href,
    watch: given => {
      look = given
    },
    close: () =>
      new Promise<void>(resolve => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
}
