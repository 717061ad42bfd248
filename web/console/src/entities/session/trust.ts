/** Rows of the audit and access logs and of the supervision ledger. */
export interface AuditEntry {
  id: string
  at: string
  actor_id?: string | null
  actor_name?: string | null
  action: string
  subject_kind?: string | null
  subject_id?: string | null
  purpose?: string | null
  field?: string | null
  detail?: unknown
  data?: unknown
  hash?: string | null
}
export interface LedgerEntry {
  id: string
  at: string
  kind: string
  case_id?: string | null
  number?: string | null
  person_id?: string | null
  person_name?: string | null
  text: string
  source?: string | null
}
