import { afterAll } from 'vitest'
import { launchServer, type RunningServer } from './launch.ts'

const running: RunningServer[] = []

afterAll(async () => {
  await Promise.all(running.splice(0).map(server => server.stop()))
})

/** The real program in a process of its own, until the last test of the file is over. */
export async function startServer(settings: Record<string, string> = {}): Promise<RunningServer> {
  const server = await launchServer(settings)
  running.push(server)
  return server
}
