import { onScopeDispose, ref, type Ref } from 'vue'

/* One timer a second for all stopwatches; it runs only while one is shown. */
const now = ref(Date.now())
let watchers = 0
let timer: ReturnType<typeof setInterval> | undefined

export function useSeconds(): Ref<number> {
  if (watchers++ === 0) {
    now.value = Date.now()
    timer = setInterval(() => (now.value = Date.now()), 1000)
  }
  onScopeDispose(() => {
    if (--watchers === 0) clearInterval(timer)
  })
  return now
}
