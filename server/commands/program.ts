import { type CommandDef, defineCommand } from 'citty'

/** Any command, whatever its arguments: citty's default. */
export type Program = CommandDef

// Each is loaded when it is asked for: verifying an export must not open, nor even load, a database.
const group = (name: string, description: string, subCommands: Record<string, () => Promise<CommandDef>>): CommandDef =>
  defineCommand({ meta: { name, description }, subCommands })

const load =
  <M extends { default: unknown }>(module: () => Promise<M>) =>
  async (): Promise<CommandDef> =>
    (await module()).default as CommandDef

/** Everything `portal` can do, by name. */
export const program: Program = group('portal', 'Operates the portal for secure messages', {
  serve: load(() => import('./serve.ts')),
  migrate: load(() => import('./migrate.ts')),
  seed: load(() => import('./seed.ts')),
  organization: async () =>
    group('organization', 'The clinics and hospitals of this portal', {
      create: load(() => import('./organization-create.ts')),
      change: load(() => import('./organization-change.ts')),
    }),
  client: async () =>
    group('client', 'The systems that deposit', {
      create: load(() => import('./client-create.ts')),
      rotate: load(() => import('./client-rotate.ts')),
      revoke: load(() => import('./client-revoke.ts')),
      list: load(() => import('./client-list.ts')),
    }),
  staff: async () =>
    group('staff', 'The people who work for an organization', { invite: load(() => import('./staff-invite.ts')) }),
  'sign-in': async () =>
    group('sign-in', 'How people get in', {
      reopen: load(() => import('./sign-in-reopen.ts')),
      'claim-code': load(() => import('./sign-in-claim-code.ts')),
    }),
  audit: async () =>
    group('audit', 'The audit trail', {
      key: load(() => import('./audit-key.ts')),
      checkpoint: load(() => import('./audit-checkpoint.ts')),
      export: load(() => import('./audit-export.ts')),
      verify: load(() => import('./audit-verify.ts')),
    }),
  keys: async () =>
    group('keys', 'The keys everything is sealed under', {
      list: load(() => import('./keys-list.ts')),
      rotate: load(() => import('./keys-rotate.ts')),
      'wrap-root': load(() => import('./keys-wrap-root.ts')),
    }),
  hold: async () =>
    group('hold', 'Legal holds: nothing they cover is destroyed', {
      place: load(() => import('./hold-place.ts')),
      release: load(() => import('./hold-release.ts')),
      list: load(() => import('./hold-list.ts')),
    }),
  retention: async () => group('retention', 'What no longer has to be kept', { run: load(() => import('./retention-run.ts')) }),
  backup: async () => ({
    ...(await load(() => import('./backup.ts'))()),
    subCommands: { keygen: load(() => import('./backup-keygen.ts')), verify: load(() => import('./backup-verify.ts')) },
  }),
  restore: load(() => import('./restore.ts')),
  doctor: load(() => import('./doctor.ts')),
})
