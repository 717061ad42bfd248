import { onScopeDispose, ref, type Ref } from 'vue'

/* One timer for every clock on the page; it stops when nobody looks. */
const now = ref(Date.now())
let watchers = 0
let timer: ReturnType<typeof setInterval> | undefined

function tick(): void {
  if (document.visibilityState === 'visible') now.value = Date.now()
}

export function useNow(): Ref<number> {
  if (watchers++ === 0) {
    now.value = Date.now()
    timer = setInterval(tick, 10_000)
    document.addEventListener('visibilitychange', tick)
  }
  onScopeDispose(() => {
    if (--watchers > 0) return
    clearInterval(timer)
    document.removeEventListener('visibilitychange', tick)
  })
  return now
}
