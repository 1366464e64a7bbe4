import { keepCompiled } from './compiled.ts'

// What `npm run serve` runs. What a module imports is compiled before its first line: so this one imports nothing else.
keepCompiled()
const { start } = await import('./main.ts')
await start()
