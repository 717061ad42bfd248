import { computed } from 'vue'
import type { Permission } from '@/entities/session/ops'
import { useSession } from '@/entities/session/store'
import { callOps } from '@/entities/call/ops'
import { adminSections } from '@/pages/admin/sections'

export interface NavItem {
  name: string
  text: string
  icon: string
}

const callSections = [callOps.list, callOps.wall, callOps.duty, callOps.prompts]

/** Only what this person can use: a menu entry never leads to a refusal. */
export function useNav() {
  const session = useSession()
  return computed<NavItem[]>(() => {
    const out: NavItem[] = [{ name: 'desk', text: 'frame.desk', icon: 'desk' }]
    const add = (op: Permission, name: string, icon: string) =>
      session.can(op) && out.push({ name, text: `frame.${name}`, icon })
    if (callSections.some((op) => session.allows(op)))
      out.push({ name: 'calls', text: 'calls.title', icon: 'phone' })
    add('cases', 'cases', 'case')
    add('clients', 'clients', 'client')
    add('statutes', 'statutes', 'statute')
    add('templates', 'documents', 'clip')
    add('processes', 'processes', 'note')
    if (adminSections.some((s) => session.can(s.op)))
      out.push({ name: 'admin', text: 'frame.admin', icon: 'more' })
    return out
  })
}
