import { availableParallelism } from 'node:os'
import { loadSooner } from './compiled.ts'
import { beginThread } from './portal-thread.ts'

// What `npm run serve` runs. What a module imports is compiled before its first line: so this one imports next to nothing.
loadSooner()
// Where there is a core for it, it loads while this thread does.
if (availableParallelism() > 1) beginThread()
const { start } = await import('./main.ts')
await start()
