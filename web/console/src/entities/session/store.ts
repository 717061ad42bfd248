import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { api, onSignedOut, setCsrf } from '@/shared/api/client'
import { asProblem } from '@/shared/api/problem'
import { startLive, stopLive } from '@/shared/api/events'
import { setZone } from '@/shared/time/text'
import { opNames, type Permission } from './ops'
import type { Me, MeReply, SessionReply, SystemInfo } from './types'

export const useSession = defineStore('session', () => {
  const me = shallowRef<Me>()
  const system = shallowRef<SystemInfo>()
  const mustChange = ref(false)
  const ended = ref(false)
  const unread = ref(0)
  let asked: Promise<void> | undefined

  const granted = computed(() => new Set(me.value?.permissions ?? []))
  /** May this person call the operation? Decides only what is shown; the engine decides what is done. */
  const can = (op: Permission) => granted.value.has(opNames[op])
  /** The same by the engine's own name of the operation. */
  const allows = (op: string) => granted.value.has(op)

  async function fetchMe(): Promise<void> {
    const { person, ...m } = await api.get<MeReply>('/api/me')
    setCsrf(m.csrf)
    me.value = { ...person, ...m }
    mustChange.value = m.password_must_change
    unread.value = m.unread
    ended.value = false
    startLive()
    if (!system.value) void fetchSystem()
  }

  async function fetchSystem(): Promise<void> {
    try {
      const s = await api.get<SystemInfo>('/api/system')
      if (s.zone) setZone(s.zone)
      system.value = s
    } catch {
      /* only the notices are missing */
    }
  }

  /** Once per page load: is somebody signed in? A dead line is not an answer, so it may be asked again. */
  function ensure(): Promise<void> {
    asked ??= fetchMe().catch((e) => {
      asked = undefined
      if (asProblem(e).status !== 401) throw e
    })
    return asked
  }

  async function signIn(name: string, password: string, otp: string): Promise<void> {
    const r = await api.post<SessionReply>('/api/session', {
      name,
      password,
      ...(otp ? { otp } : {}),
    })
    setCsrf(r.csrf)
    mustChange.value = r.password_must_change
    await fetchMe()
    asked = Promise.resolve()
  }

  function forget(): void {
    stopLive()
    setCsrf('')
    me.value = undefined
    asked = undefined
  }

  async function signOut(): Promise<void> {
    await api.delete('/api/session').catch(() => undefined)
    forget()
    ended.value = false
  }

  onSignedOut(() => {
    if (!me.value) return
    ended.value = true
    forget()
  })

  return { me, system, mustChange, ended, unread, can, allows, ensure, fetchMe, signIn, signOut }
})
