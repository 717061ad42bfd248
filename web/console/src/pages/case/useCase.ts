import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { caseApi } from '@/entities/case/api'
import type { CaseView } from '@/entities/case/types'
import { onLive } from '@/shared/api/events'
import { asProblem, type Problem } from '@/shared/api/problem'

/** One case, kept fresh: events of this case load it again unless `hold` is set (a form is open). */
export function useCase(id: Ref<string>) {
  const view = shallowRef<CaseView>()
  const problem = shallowRef<Problem>()
  const waiting = ref(true)
  const hold = ref(false)
  const fresh = ref(0)
  let control: AbortController | undefined

  async function load(): Promise<void> {
    control?.abort()
    const mine = (control = new AbortController())
    try {
      const v = await caseApi.get(id.value, mine.signal)
      if (mine !== control) return
      view.value = v
      problem.value = undefined
    } catch (e) {
      const p = asProblem(e)
      if (mine === control && p.code !== 'aborted') problem.value = p
    }
    if (mine === control) waiting.value = false
  }

  let timer: ReturnType<typeof setTimeout> | undefined
  const stop = onLive((e) => {
    if (e.kind !== 'resync' && e.data.case_id !== id.value && e.data.id !== id.value) return
    clearTimeout(timer)
    timer = setTimeout(async () => {
      const before = view.value?.version
      if (hold.value) return
      await load()
      if (before !== undefined && view.value?.version !== before) fresh.value++
    }, 200)
  })
  onScopeDispose(() => {
    stop()
    clearTimeout(timer)
    control?.abort()
  })

  watch(
    id,
    () => {
      view.value = undefined
      waiting.value = true
      void load()
    },
    { immediate: true },
  )
  return { view, problem, waiting, hold, fresh, load }
}
