import { spawnSync } from 'node:child_process'

/**
 * Everything SQLite changes a file with, and what objects of the part store are written with. Both SQLite's files and its log are written by
 * the thread that asks for it.
 */
export const WRITES = 'pwrite64,pwritev,writev,ftruncate,fsync,fdatasync,rename,unlink'

// Not `--seccomp-bpf`, which would be faster: strace 6.1 changes no answers with it.
const ALL_THREADS = ['-f', '-qq']

/** Whether strace is here and may change what the kernel answers; tests that need it are left out where it may not. */
export const canTrace =
  spawnSync('strace', [...ALL_THREADS, '-o', '/dev/null', '-e', 'inject=fsync:error=EIO:when=1', 'true']).status === 0

/**
 * A command line under which a program runs into a fault. Detached (`-D`), so that its process is the program's own.
 *
 * @param calls - names of system calls, separated by commas.
 * @param fault - `signal=SIGKILL` (before the call is made), `error=EIO`.
 * @param when - at the how manieth call of one thread; `3+` from the third on.
 */
export const underFault = (calls: string, fault: string, when: number | string): string[] => [
  'strace',
  '-D',
  ...ALL_THREADS,
  ...['-o', '/dev/null', '-e', `trace=${calls}`, '-e', `inject=${calls}:${fault}:when=${when}`],
]

if (!canTrace) process.stderr.write('strace is not here, or may not trace: what needs it is skipped.\n')
