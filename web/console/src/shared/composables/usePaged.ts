import { onScopeDispose, ref, shallowRef } from 'vue'
import type { Page } from '@/shared/api/types'
import { asProblem, type Problem } from '@/shared/api/problem'

/** A list paged by key: `reload` starts over, `more` adds the next page. */
export function usePaged<T>(fetcher: (before: string, signal: AbortSignal) => Promise<Page<T>>) {
  const items = shallowRef<T[]>([])
  const next = ref('')
  const waiting = ref(true)
  const busy = ref(false)
  const problem = shallowRef<Problem>()
  let control: AbortController | undefined

  async function load(before: string): Promise<void> {
    control?.abort()
    const mine = (control = new AbortController())
    busy.value = true
    try {
      const page = await fetcher(before, mine.signal)
      if (mine !== control) return
      items.value = before ? [...items.value, ...page.items] : page.items
      next.value = page.next ?? ''
      problem.value = undefined
    } catch (e) {
      if (mine !== control) return
      const p = asProblem(e)
      if (p.code !== 'aborted') problem.value = p
    }
    waiting.value = busy.value = false
  }

  onScopeDispose(() => control?.abort())
  return {
    items,
    next,
    waiting,
    busy,
    problem,
    reload: () => load(''),
    more: () => (next.value && !busy.value ? load(next.value) : Promise.resolve()),
  }
}
