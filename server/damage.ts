/** Something that is kept and is not what was written, or is not there: found by looking, in a backup or in the database itself. */
export interface Damage {
  /** `messages`, `sealed_parts`…; `part_store` of a large file that is not there, `trail` of the chain of its entries. */
  table: string
  /** Id of the row. */
  row: string
  /** Of a sealed value: which. */
  part?: string | undefined
}
