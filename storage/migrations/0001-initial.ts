import { type Kysely, sql } from 'kysely'
import type { EngineDialect } from '../engines/engine.ts'
import type { Database } from '../schema.ts'

type Kind = 'text' | 'integer' | 'bytes'
/** Column by column; `?` behind a kind allows null. */
type Columns = Record<string, Kind | `${Kind}?`>

/** Every table as the first release has it. What the columns mean is said in schema.ts. */
export async function initial(db: Kysely<Database>, dialect: EngineDialect): Promise<void> {
  for (const [name, { key, columns, clustered }] of Object.entries(tables))
    await createTable(name, key, columns, clustered === true)
  for (const [table, on, more] of indexes) await createIndex(table, on, more)
  await sql`insert into trail_head (id, size, edge) values (1, 0, ${new Uint8Array(0)})`.execute(db)
  await dialect.makeAppendOnly(db, 'trail_entries')
  await dialect.makeAppendOnly(db, 'checkpoints')

  async function createTable(name: string, key: string[], columns: Columns, clustered: boolean): Promise<void> {
    let table = db.schema.createTable(name)
    for (const [column, kind] of Object.entries(columns)) {
      const type = kind.replace('?', '') as Kind
      const stored = type === 'text' ? dialect.text : sql.raw(type === 'integer' ? dialect.integer : dialect.bytes)
      table = table.addColumn(column, stored, definition => (kind.endsWith('?') ? definition : definition.notNull()))
    }
    table = table.addPrimaryKeyConstraint(`${name}_key`, key as never)
    for (const [column, parent, parentColumn] of references[name] ?? []) {
      // Checked at commit: a letter may be written before the message it is about, in the same transaction.
      table = table.addForeignKeyConstraint(`${name}_${column}`, [column] as never, parent, [parentColumn], reference =>
        reference.deferrable().initiallyDeferred(),
      )
    }
    if (clustered) table = table.modifyEnd(dialect.clustered)
    await table.execute()
  }

  async function createIndex(table: string, on: string[], more: { unique?: true; where?: string } = {}): Promise<void> {
    let index = db.schema
      .createIndex(`${table}_by_${on.join('_')}`)
      .on(table)
      .columns(on)
    if (more.unique) index = index.unique()
    await (more.where ? index.where(sql<boolean>`${sql.raw(more.where)}`) : index).execute()
  }
}

const mac = { mac: 'bytes' } as const
const person = { person_kind: 'text', person: 'text', organization: 'text' } as const

const tables: Record<string, { key: string[]; clustered?: true; columns: Columns }> = {
  root_keys: { key: ['id'], columns: { id: 'text', created_at: 'integer' } },
  organization_keys: {
    key: ['id'],
    columns: {
      ...{ id: 'text', organization: 'text', purpose: 'text', root_key: 'text', wrapped: 'bytes' },
      ...{ created_at: 'integer', retired_at: 'integer?', ...mac },
    },
  },
  signing_keys: { key: ['id'], columns: { id: 'text', purpose: 'text', public_key: 'bytes', created_at: 'integer', ...mac } },
  data_keys: { key: ['number'], columns: { number: 'integer', kek: 'text', wrapped: 'bytes' } },
  sealed_parts: {
    key: ['owner', 'part'],
    clustered: true,
    columns: { owner: 'text', part: 'text', organization: 'text', data_key: 'integer', sealed: 'bytes' },
  },
  organizations: { key: ['id'], columns: { id: 'text', created_at: 'integer' } },
  clients: {
    key: ['id'],
    columns: {
      ...{ id: 'text', organization: 'text', scopes: 'text', api_key_hash: 'text', secret_hash: 'text' },
      ...{ created_at: 'integer', expires_at: 'integer?', revoked_at: 'integer?', revision: 'integer', ...mac },
    },
  },
  access_tokens: { key: ['hash'], columns: { hash: 'text', client: 'text', scopes: 'text', expires_at: 'integer', ...mac } },
  staff: {
    key: ['id'],
    columns: {
      ...{ id: 'text', organization: 'text', address_index: 'text', role: 'text' },
      ...{ created_at: 'integer', disabled_at: 'integer?', ...mac },
    },
  },
  recipients: {
    key: ['id'],
    columns: {
      ...{ id: 'text', organization: 'text', address_index: 'text', portal_address_index: 'text' },
      ...{ created_at: 'integer', confirmed_at: 'integer?', ...mac },
    },
  },
  deposits: {
    key: ['id'],
    columns: {
      ...{ id: 'text', organization: 'text', sender_kind: 'text', sender: 'text', thread: 'text', retention: 'text' },
      ...{ reference_index: 'text?', idempotency_index: 'text?', created_at: 'integer', ...mac },
    },
  },
  messages: {
    key: ['id'],
    columns: {
      ...{ id: 'text', organization: 'text', deposit: 'text', thread: 'text', direction: 'text', recipient: 'text' },
      ...{ sender_kind: 'text', sender: 'text', in_reply_to: 'text?', state: 'text' },
      ...{ created_at: 'integer', expires_at: 'integer', retain_until: 'integer' },
      ...{ opened_at: 'integer?', retracted_at: 'integer?', tell_recipient: 'integer', hidden_at: 'integer?' },
      ...{ reply_allowed: 'integer', confidential: 'integer', needs_confirmation: 'text?' },
      ...{ activation_hash: 'text?', locator_hash: 'text?', form_hash: 'text?' },
      ...{ attachment_count: 'integer', position: 'integer', revision: 'integer', ...mac },
    },
  },
  attachments: {
    key: ['id'],
    columns: { id: 'text', message: 'text', organization: 'text', recipient: 'text', size: 'integer', ...mac },
  },
  attachment_chunks: { key: ['attachment', 'number'], columns: { attachment: 'text', number: 'integer', sealed: 'bytes' } },
  receipts: {
    key: ['id'],
    columns: { id: 'text', message: 'text', stage: 'text', at: 'integer', attachment: 'text?', once: 'text?' },
  },
  outbox: {
    key: ['id'],
    columns: {
      ...{ id: 'text', organization: 'text', kind: 'text', message: 'text?', state: 'text', attempts: 'integer' },
      ...{ created_at: 'integer', next_attempt_at: 'integer', claimed_until: 'integer?', settled_at: 'integer?' },
      ...{ message_id_header: 'text' },
    },
  },
  deposit_keys: { key: ['kid'], columns: { kid: 'text', created_at: 'integer', expires_at: 'integer', ...mac } },
  sessions: {
    key: ['token_hash'],
    columns: {
      ...{ token_hash: 'text', handle: 'text', ...person, level: 'text', method: 'text' },
      ...{ created_at: 'integer', signed_in_at: 'integer', last_seen_at: 'integer', ...mac },
    },
  },
  factors: {
    key: ['id'],
    columns: {
      ...{ id: 'text', ...person, kind: 'text', credential_hash: 'text?' },
      ...{ created_at: 'integer', last_used_at: 'integer?', counter: 'integer', ...mac },
    },
  },
  printed_codes: {
    key: ['person', 'code_hash'],
    columns: { person_kind: 'text', person: 'text', code_hash: 'text', created_at: 'integer', spent_at: 'integer?' },
  },
  sign_in_requests: {
    key: ['token_hash'],
    columns: {
      ...{ token_hash: 'text', subject: 'text', person_kind: 'text?', person: 'text?', organization: 'text?' },
      ...{ challenge: 'text?', passphrase_at: 'integer?', created_at: 'integer', expires_at: 'integer', ...mac },
    },
  },
  mailbox_codes: {
    key: ['request'],
    columns: {
      ...{ request: 'text', code_hash: 'text', reference: 'text' },
      ...{ created_at: 'integer', expires_at: 'integer', spent_at: 'integer?', ...mac },
    },
  },
  enrolments: {
    key: ['token_hash'],
    columns: { token_hash: 'text', ...person, challenge: 'text?', created_at: 'integer', ...mac },
  },
  attempts: {
    key: ['subject', 'factor'],
    columns: { subject: 'text', factor: 'text', failures: 'integer', last_failure_at: 'integer?', disabled_at: 'integer?' },
  },
  invitations: {
    key: ['token_hash'],
    columns: { token_hash: 'text', ...person, expires_at: 'integer', spent_at: 'integer?', ...mac },
  },
  recoveries: {
    key: ['id'],
    columns: {
      ...{ id: 'text', ...person, cancel_hash: 'text', code_hash: 'text' },
      ...{ started_at: 'integer', opens_at: 'integer', state: 'text', ended_at: 'integer?', ...mac },
    },
  },
  trail_entries: {
    key: ['number'],
    columns: {
      ...{ number: 'integer', at: 'integer', organization: 'text', actor: 'text', action: 'text' },
      ...{ object: 'text?', revision: 'integer?', bytes: 'bytes', leaf_hash: 'bytes', ...mac },
    },
  },
  trail_head: { key: ['id'], columns: { id: 'integer', size: 'integer', edge: 'bytes' } },
  checkpoints: { key: ['size'], columns: { size: 'integer', root_hash: 'bytes', note: 'text', at: 'integer' } },
}

const references: Record<string, [column: string, parent: string, parentColumn: string][]> = {
  sealed_parts: [['data_key', 'data_keys', 'number']],
  clients: [['organization', 'organizations', 'id']],
  access_tokens: [['client', 'clients', 'id']],
  staff: [['organization', 'organizations', 'id']],
  recipients: [['organization', 'organizations', 'id']],
  deposits: [['organization', 'organizations', 'id']],
  messages: [
    ['deposit', 'deposits', 'id'],
    ['recipient', 'recipients', 'id'],
  ],
  attachments: [['message', 'messages', 'id']],
  attachment_chunks: [['attachment', 'attachments', 'id']],
  receipts: [['message', 'messages', 'id']],
  outbox: [['message', 'messages', 'id']],
}

const indexes: [table: string, on: string[], more?: { unique?: true; where?: string }][] = [
  ['organization_keys', ['organization', 'purpose']],
  ['clients', ['api_key_hash'], { unique: true }],
  ['clients', ['organization', 'id']],
  ['access_tokens', ['expires_at']],
  ['staff', ['organization', 'address_index'], { unique: true }],
  ['staff', ['address_index']],
  ['recipients', ['organization', 'address_index'], { unique: true }],
  ['recipients', ['portal_address_index']],
  ['deposits', ['sender', 'id']],
  ['deposits', ['sender', 'reference_index', 'id'], { where: 'reference_index is not null' }],
  ['deposits', ['sender', 'idempotency_index'], { unique: true, where: 'idempotency_index is not null' }],
  ['deposits', ['organization', 'id']],
  // One mailbox's rows lie together, in the order its list is read.
  ['messages', ['recipient', 'id']],
  ['messages', ['deposit', 'id']],
  ['messages', ['thread', 'id']],
  ['messages', ['sender', 'position'], { where: "direction = 'reply'" }],
  ['messages', ['position'], { unique: true }],
  ['messages', ['locator_hash'], { unique: true, where: 'locator_hash is not null' }],
  ['messages', ['recipient', 'form_hash'], { unique: true, where: 'form_hash is not null' }],
  ['messages', ['expires_at'], { where: "state in ('waiting', 'opened')" }],
  ['attachments', ['message', 'id']],
  ['receipts', ['message', 'id']],
  ['receipts', ['once'], { unique: true, where: 'once is not null' }],
  ['outbox', ['next_attempt_at'], { where: "state in ('queued', 'deferred')" }],
  ['outbox', ['message', 'id']],
  ['sessions', ['handle'], { unique: true }],
  ['sessions', ['person']],
  ['sessions', ['created_at']],
  ['sessions', ['last_seen_at']],
  ['factors', ['person', 'id']],
  ['factors', ['credential_hash'], { unique: true, where: 'credential_hash is not null' }],
  ['sign_in_requests', ['expires_at']],
  ['enrolments', ['created_at']],
  ['recoveries', ['person', 'id']],
  ['recoveries', ['cancel_hash'], { unique: true }],
  // One running recovery a person, whatever races.
  ['recoveries', ['person'], { unique: true, where: "state = 'running'" }],
  // The highest revision the trail knows of an object.
  ['trail_entries', ['object', 'revision'], { where: 'object is not null' }],
  ['trail_entries', ['organization', 'number']],
]
