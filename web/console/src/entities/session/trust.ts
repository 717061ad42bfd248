/** Rows of the audit and access logs and of the supervision ledger. */
export interface AuditEntry {
  id: string
  at: string
  store: string
  actor: { id?: string | null; name: string }
  ip?: string | null
  action: string
  subject?: string | null
  subject_id?: string | null
  detail?: { purpose?: string; field?: string } & Record<string, unknown>
  reveal: boolean
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
