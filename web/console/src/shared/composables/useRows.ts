import { nextTick, ref, watch, type Ref } from 'vue'
import { useKeys } from './useKeys'

/** j/k move a mark through a list, Enter opens: returns the index of the marked row. */
export function useRows<T>(items: Ref<readonly T[]>, open: (item: T) => void): Ref<number> {
  const here = ref(-1)
  watch(items, (list) => {
    if (here.value >= list.length) here.value = list.length - 1
  })
  function move(by: number): void {
    const last = items.value.length - 1
    here.value = Math.min(last, Math.max(0, here.value + by))
    void nextTick(() => document.querySelector('.here')?.scrollIntoView({ block: 'nearest' }))
  }
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    enter: (e) => {
      const item = items.value[here.value]
      const onControl = e.target instanceof HTMLElement && e.target.closest('button, a, [role]')
      if (!item || onControl) return false
      open(item)
    },
  })
  return here
}
