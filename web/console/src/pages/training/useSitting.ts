import { computed, onScopeDispose, reactive, ref, watch } from 'vue'
import type {
  Page,
  TrainingPaperItem,
  TrainingSittingOut,
  TrainingSubmitOut,
} from '@/gen/operations'
import { api } from '@/shared/api/client'
import { asProblem } from '@/shared/api/problem'
import { useLoad } from '@/shared/composables/useLoad'

const pauseMs = 400
const againMs = 3000

/**
 * One paper: what was answered is kept as it is given, tried again while the line is away, and handed in when the time ends.
 */
export function useSitting(id: string) {
  const sitting = useLoad((signal) =>
    api.get<TrainingSittingOut>(`/api/training/sittings/${id}`, {}, signal),
  )
  const paper = useLoad((signal) =>
    api.get<Page<TrainingPaperItem>>(`/api/training/sittings/${id}/answers`, {}, signal),
  )
  const given = reactive<Record<string, string>>({})
  const pending = reactive(new Set<string>())
  const sending = ref(false)
  const over = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined

  watch(
    () => paper.data.value,
    (page) => {
      for (const q of page?.items ?? []) if (!pending.has(q.id)) given[q.id] = q.given ?? ''
    },
  )

  function answer(question: string, text: string): void {
    given[question] = text
    pending.add(question)
    plan(pauseMs)
  }

  function plan(ms: number): void {
    clearTimeout(timer)
    timer = setTimeout(() => void send(), ms)
  }

  /** True when nothing is left to keep. */
  async function send(): Promise<boolean> {
    if (sending.value) return false
    sending.value = true
    for (const question of [...pending]) {
      const text = given[question]
      try {
        await api.put(`/api/training/sittings/${id}/answers/${question}`, { given: text })
        if (given[question] === text) pending.delete(question)
      } catch (e) {
        if (asProblem(e).code === 'not_found') over.value = true
        break
      }
    }
    sending.value = false
    if (pending.size && !over.value) plan(againMs)
    return !pending.size
  }

  async function submit(): Promise<TrainingSubmitOut> {
    clearTimeout(timer)
    await send()
    const r = await api.post<TrainingSubmitOut>(`/api/training/sittings/${id}/submit`)
    await Promise.all([sitting.run(), paper.run()])
    return r
  }

  onScopeDispose(() => {
    clearTimeout(timer)
    if (pending.size) void send()
  })
  const answered = computed(() => Object.values(given).filter(Boolean).length)
  return { sitting, paper, given, pending, sending, answered, answer, submit }
}
