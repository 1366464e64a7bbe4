import { afterFile } from './closing.ts'
import { launchServer, type RunningServer } from './launch.ts'

/** The real program in a process of its own, until the last test of the file is over. */
export async function startServer(settings: Record<string, string> = {}): Promise<RunningServer> {
  const server = await launchServer(settings)
  afterFile(() => server.stop())
  return server
}
