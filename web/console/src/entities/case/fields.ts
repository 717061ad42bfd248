import type { FieldDef, FormEntry } from '../process/types'

export interface FormField {
  def: FieldDef
  required: boolean
}
export type Values = Record<string, unknown>

/** A form's entries with their definitions; `required` of the form wins over the field's. */
export function formFields(form: readonly FormEntry[], defs: readonly FieldDef[]): FormField[] {
  const byName = new Map(defs.map((d) => [d.name, d]))
  return form.flatMap((entry) => {
    const def = byName.get(entry.field)
    return def ? [{ def, required: entry.required ?? def.required ?? false }] : []
  })
}

export function isEmpty(v: unknown): boolean {
  if (v === undefined || v === null) return true
  if (typeof v === 'string') return !v.trim()
  return Array.isArray(v) && v.length === 0
}

/** Required fields that say nothing yet. A boolean always says something. */
export function missing(fields: readonly FormField[], values: Values): FormField[] {
  return fields.filter((f) => f.required && f.def.type !== 'bool' && isEmpty(values[f.def.name]))
}

/** What is sent: only this form's fields, only those filled in, texts trimmed. */
export function filled(fields: readonly FormField[], values: Values): Values {
  const out: Values = {}
  for (const { def } of fields) {
    const v = values[def.name]
    if (isEmpty(v)) continue
    out[def.name] = typeof v === 'string' ? v.trim() : v
  }
  return out
}
