import { onScopeDispose, shallowRef, watch } from 'vue'
import { dutyApi } from '@/entities/call/api'
import { callOps } from '@/entities/call/ops'
import { lineApi } from '@/entities/line/api'
import type { LineAlarm, Wall } from '@/entities/line/types'
import { useSession } from '@/entities/session/store'
import { liveState, onLive } from '@/shared/api/events'
import { asProblem, type Problem } from '@/shared/api/problem'

/** The wallboard: loaded once, then whatever the exchange sends. Asked again after a gap. */
export function useWall() {
  const wall = shallowRef<Wall>()
  const alarms = shallowRef<LineAlarm[]>([])
  const problem = shallowRef<Problem>()
  const session = useSession()
  let control: AbortController | undefined

  async function load(): Promise<void> {
    control?.abort()
    const mine = (control = new AbortController())
    try {
      const w = await lineApi.wall(mine.signal)
      if (mine !== control) return
      wall.value = w
      if (session.allows(callOps.alarms))
        alarms.value = await dutyApi.alarms({ open: true }, mine.signal)
      problem.value = undefined
    } catch (e) {
      const p = asProblem(e)
      if (p.code !== 'aborted') problem.value = p
    }
  }

  const stop = onLive((e) => {
    if (e.kind === 'line.wall') wall.value = e.data as unknown as Wall
    else if (e.kind === 'line.alarm' || e.kind === 'resync') void load()
  })
  watch(liveState, (now, before) => {
    if (now === 'live' && before === 'lost') void load()
  })
  onScopeDispose(() => {
    stop()
    control?.abort()
  })
  void load()
  return { wall, alarms, problem, load }
}
