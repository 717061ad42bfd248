import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { asProblem, type Problem } from '@/shared/api/problem'

export interface Load<T> {
  data: ShallowRef<T | undefined>
  problem: ShallowRef<Problem | undefined>
  /** nothing to show yet */
  waiting: Ref<boolean>
  busy: Ref<boolean>
  /** Load again; what is shown stays until the answer is there. A later call wins. */
  run: () => Promise<void>
}

export function useLoad<T>(fetcher: (signal: AbortSignal) => Promise<T>, now = true): Load<T> {
  const data = shallowRef<T>()
  const problem = shallowRef<Problem>()
  const waiting = ref(now)
  const busy = ref(false)
  let control: AbortController | undefined

  async function run(): Promise<void> {
    control?.abort()
    const mine = (control = new AbortController())
    busy.value = true
    if (data.value === undefined) waiting.value = true
    try {
      const value = await fetcher(mine.signal)
      if (mine !== control) return
      data.value = value
      problem.value = undefined
    } catch (e) {
      if (mine !== control) return
      const p = asProblem(e)
      if (p.code !== 'aborted') problem.value = p
    }
    waiting.value = busy.value = false
  }

  onScopeDispose(() => control?.abort())
  if (now) void run()
  return { data, problem, waiting, busy, run }
}
