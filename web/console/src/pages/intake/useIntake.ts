import { computed, reactive, ref, shallowRef, watch } from 'vue'
import { caseApi } from '@/entities/case/api'
import { filled, formFields, missing, type FormField, type Values } from '@/entities/case/fields'
import { isSealed, type CaseView } from '@/entities/case/types'
import type { ClientItem } from '@/entities/client/types'
import { processDef } from '@/entities/process/useProcesses'
import type { ActionDef, ProcessDef } from '@/entities/process/types'
import { useSession } from '@/entities/session/store'
import type { ArticleHit } from '@/entities/statute/types'
import { asProblem, type Problem } from '@/shared/api/problem'
import { draftKey, dropDraft, loadDraft, saveDraft } from '@/shared/composables/drafts'

/** The action "register only": nothing is done after the case exists. */
export const onlySave = ''

/**
 * One enquiry being taken: the values, the chosen client and action, the articles to cite.
 *
 * Submitting is three requests: create, cite, act. When a later one fails the case is kept, so
 * that a second attempt never registers the enquiry twice. An enquiry that a call has opened is
 * adopted instead of created: what was typed is then saved into it.
 */
export function useIntake() {
  const session = useSession()
  const process = ref('')
  const definition = shallowRef<ProcessDef>()
  const values = ref<Values>({})
  const action = ref(onlySave)
  const client = shallowRef<ClientItem>()
  const cites = reactive(new Map<string, ArticleHit>())
  const created = shallowRef<CaseView>()
  const adopted = shallowRef<CaseView>()
  const wrong = ref<Record<string, string>>({})
  const problem = shallowRef<Problem>()
  const busy = ref(false)
  let citing: string[] = []
  const draftAt = ref(0)
  const restored = ref(0)

  const all = computed<FormField[]>(() =>
    definition.value ? formFields(definition.value.create.form, definition.value.fields) : [],
  )
  /* What the chosen action needs is asked for in its place, not twice. */
  const base = computed<FormField[]>(() => {
    const needed = new Set(extra.value.filter((f) => f.required).map((f) => f.def.name))
    return all.value
      .filter((f) => !isBeside(f))
      .map((f) => ({ ...f, required: f.required || needed.has(f.def.name) }))
  })
  const actions = computed<ActionDef[]>(() =>
    adopted.value
      ? possibleActions(definition.value, adopted.value)
      : firstActions(definition.value, session.me?.roles ?? []),
  )
  const chosen = computed(() => actions.value.find((a) => a.name === action.value))
  const extra = computed<FormField[]>(() => {
    if (!chosen.value || !definition.value) return []
    const shown = new Set(all.value.map((f) => f.def.name))
    const form = formFields(chosen.value.form, definition.value.fields)
    return form.filter((f) => !shown.has(f.def.name) || f.required)
  })
  const extraOnly = computed(() => {
    const shown = new Set(all.value.map((f) => f.def.name))
    return extra.value.filter((f) => !shown.has(f.def.name) && !isBeside(f))
  })
  /** What the pushed articles are searched by: everything long that was typed about the question. */
  const question = computed(() =>
    base.value
      .filter((f) => f.def.type === 'long_text' && !f.def.sealed)
      .map((f) => String(values.value[f.def.name] ?? ''))
      .join(' ')
      .trim(),
  )
  const dirty = computed(() => Object.values(values.value).some((v) => v !== '' && v !== undefined))
  let draftName = ''
  const key = () => draftKey(session.me?.id ?? '', draftName || `intake.${process.value}`)

  async function choose(name: string): Promise<void> {
    definition.value = await processDef(name)
    process.value = name
    const primary = actions.value.find((a) => a.primary) ?? actions.value[0]
    action.value = primary?.name ?? onlySave
    restore()
  }

  /** Go on with a case that exists; `draft` names where unsaved words are kept. */
  async function adopt(view: CaseView, draft: string): Promise<void> {
    definition.value = await processDef(view.process)
    process.value = view.process
    draftName = draft
    adopted.value = view
    values.value = openValues(view)
    action.value = onlySave
    restore()
  }

  function restore(): void {
    const d = loadDraft(key())
    if (!d) return
    const { '': meta, ...rest } = d.values as Values & { ''?: Meta }
    values.value = { ...values.value, ...rest }
    if (meta?.action !== undefined) action.value = meta.action
    if (meta?.client) client.value = meta.client
    for (const a of meta?.cites ?? []) cites.set(a.article_id, a)
    restored.value = d.saved_at
  }

  /* Sealed values and the client stay out of lasting storage. */
  const sealed = computed(
    () =>
      new Set(['', ...(definition.value?.fields ?? []).filter((f) => f.sealed).map((f) => f.name)]),
  )
  let timer: ReturnType<typeof setTimeout> | undefined
  function keep(): void {
    if (!process.value || created.value || !dirty.value) return
    const meta: Meta = { action: action.value, client: client.value, cites: [...cites.values()] }
    if (saveDraft(key(), { ...values.value, '': meta }, sealed.value)) draftAt.value = Date.now()
  }
  watch(
    [values, action, client, () => cites.size],
    () => {
      clearTimeout(timer)
      timer = setTimeout(keep, 300)
    },
    { deep: true },
  )
  /** At once, for when the page is about to go. */
  function flush(): void {
    clearTimeout(timer)
    keep()
  }

  function clear(): void {
    clearTimeout(timer)
    if (process.value) dropDraft(key())
    values.value = adopted.value ? openValues(adopted.value) : {}
    if (!adopted.value) client.value = undefined
    created.value = undefined
    cites.clear()
    citing = []
    wrong.value = {}
    problem.value = undefined
    draftAt.value = restored.value = 0
    action.value = (actions.value.find((a) => a.primary) ?? actions.value[0])?.name ?? onlySave
  }

  function check(needed: string): boolean {
    wrong.value = {}
    const kept = adopted.value?.fields ?? {}
    for (const f of missing([...base.value, ...extraOnly.value], values.value))
      if (!isSealed(kept[f.def.name])) wrong.value[f.def.name] = needed
    return Object.keys(wrong.value).length === 0
  }

  async function create(): Promise<CaseView> {
    return caseApi.create({
      process: process.value,
      fields: { ...filled(base.value, values.value), ...beside(all.value) },
      ...(client.value ? { client_id: client.value.id } : {}),
    })
  }

  /** Saves what differs into the adopted case. */
  async function save(view: CaseView): Promise<CaseView> {
    const may = new Set(view.editable ?? [])
    const now: Values = { ...filled(base.value, values.value), ...beside(all.value) }
    const changed = Object.entries(now).filter(
      ([name, v]) => may.has(name) && JSON.stringify(v) !== JSON.stringify(view.fields[name]),
    )
    if (!changed.length) return view
    adopted.value = await caseApi.edit(view.id, Object.fromEntries(changed), view.version)
    return adopted.value
  }

  /** Fields that are filled in the columns beside the form: the client and the articles. */
  function beside(fields: readonly FormField[]): Values {
    const out: Values = {}
    for (const { def } of fields) {
      if (def.type === 'client' && client.value) out[def.name] = client.value.id
      if (def.type === 'articles' && citing.length) out[def.name] = citing
    }
    return out
  }

  async function citeAll(id: string): Promise<void> {
    for (const article of [...cites.keys()]) {
      await caseApi.cite(id, article)
      cites.delete(article)
    }
  }

  /** @return the case when everything went well */
  async function submit(): Promise<CaseView | undefined> {
    if (busy.value) return undefined
    busy.value = true
    problem.value = undefined
    if (cites.size) citing = [...cites.keys()]
    try {
      if (!adopted.value) created.value ??= await create()
      let view = adopted.value ? await save(adopted.value) : created.value!
      dropDraft(key())
      await citeAll(view.id)
      if (chosen.value)
        view = await caseApi.act(view.id, chosen.value.name, {
          fields: { ...filled(extra.value, values.value), ...beside(extra.value) },
        })
      if (adopted.value) adopted.value = view
      return view
    } catch (e) {
      problem.value = asProblem(e)
      if (problem.value.field) wrong.value[problem.value.field] = problem.value.message
      return undefined
    } finally {
      busy.value = false
    }
  }

  return {
    process,
    definition,
    values,
    action,
    client,
    cites,
    created,
    adopted,
    wrong,
    problem,
    busy,
    draftAt,
    restored,
    base,
    actions,
    chosen,
    extraOnly,
    question,
    dirty,
    choose,
    adopt,
    clear,
    check,
    submit,
    flush,
  }
}

interface Meta {
  action?: string
  client?: ClientItem
  cites?: ArticleHit[]
}

const isBeside = (f: FormField) => f.def.type === 'client' || f.def.type === 'articles'

/** What may follow registration: actions from a start state by one of my roles, likeliest first. */
function firstActions(def: ProcessDef | undefined, roles: readonly string[]): ActionDef[] {
  const start = def?.states.filter((s) => s.kind === 'start').map((s) => s.name) ?? []
  const mine = (a: ActionDef) =>
    !a.by.length || a.by.some((r) => r === 'any' || roles.includes(r) || !isRole(r))
  return (def?.actions ?? [])
    .filter((a) => a.from.some((s) => start.includes(s)) && mine(a))
    .sort((a, b) => Number(!!b.primary) - Number(!!a.primary))
}

/** What the person may do with a case that exists, in the definition's words. */
function possibleActions(def: ProcessDef | undefined, view: CaseView): ActionDef[] {
  const enabled = new Set(view.actions.filter((a) => a.enabled).map((a) => a.name))
  return (def?.actions ?? [])
    .filter((a) => enabled.has(a.name))
    .sort((a, b) => Number(!!b.primary) - Number(!!a.primary))
}

/** A case's values as a form takes them; sealed ones stay where they are. */
function openValues(view: CaseView): Values {
  return Object.fromEntries(Object.entries(view.fields).filter(([, v]) => !isSealed(v)))
}

/* "assignee", "first_asker" are people of the case: whoever registers it may be one. */
function isRole(name: string): boolean {
  return !['assignee', 'first_asker', 'creator'].includes(name)
}
export type Intake = ReturnType<typeof useIntake>
