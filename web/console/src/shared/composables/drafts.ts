/**
 * Drafts: what was typed outlives a reload, a crash and a lost line. Kept per person.
 *
 * Sealed fields (phones, identity numbers) go to the tab's own storage, which ends with the tab;
 * the rest to the browser's, where it is forgotten after a week.
 */
const prefix = 'lexline.draft'
const keepMs = 7 * 86_400_000

export interface Draft {
  saved_at: number
  values: Record<string, unknown>
}
export interface Stores {
  lasting: Storage
  fleeting: Storage
}

function stores(): Stores {
  return { lasting: localStorage, fleeting: sessionStorage }
}

function read(s: Storage, key: string, now: number): Draft | undefined {
  try {
    const d = JSON.parse(s.getItem(key) ?? '') as Draft
    if (now - d.saved_at <= keepMs && d.values) return d
  } catch {
    /* nothing there, or not ours */
  }
  return undefined
}

export function draftKey(person: string, name: string): string {
  return `${prefix}.${person}.${name}`
}

export function saveDraft(
  key: string,
  values: Record<string, unknown>,
  sealed: ReadonlySet<string> = new Set(),
  s: Stores = stores(),
  now = Date.now(),
): boolean {
  const open: Record<string, unknown> = {}
  const secret: Record<string, unknown> = {}
  for (const [k, v] of Object.entries(values)) (sealed.has(k) ? secret : open)[k] = v
  try {
    s.lasting.setItem(key, JSON.stringify({ saved_at: now, values: open }))
    s.fleeting.setItem(key, JSON.stringify({ saved_at: now, values: secret }))
    return true
  } catch {
    return false /* storage full or forbidden: the page still holds what was typed */
  }
}

export function loadDraft(key: string, s: Stores = stores(), now = Date.now()): Draft | undefined {
  const open = read(s.lasting, key, now)
  const secret = read(s.fleeting, key, now)
  if (!open && !secret) return undefined
  return {
    saved_at: open?.saved_at ?? secret!.saved_at,
    values: { ...open?.values, ...secret?.values },
  }
}

export function dropDraft(key: string, s: Stores = stores()): void {
  s.lasting.removeItem(key)
  s.fleeting.removeItem(key)
}

/** Forget what is older than a week; called once at start. */
export function sweepDrafts(s: Storage = localStorage, now = Date.now()): void {
  for (const key of Object.keys(s))
    if (key.startsWith(`${prefix}.`) && !read(s, key, now)) s.removeItem(key)
}
