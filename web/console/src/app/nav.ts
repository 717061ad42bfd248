import { computed } from 'vue'
import { useSession } from '@/entities/session/store'
import { adminSections } from '@/pages/admin/sections'

export interface NavItem {
  name: string
  text: string
  icon: string
}

/** Only what this person can use: a menu entry never leads to a refusal. */
export function useNav() {
  const session = useSession()
  return computed<NavItem[]>(() => {
    const out: NavItem[] = [{ name: 'desk', text: 'frame.desk', icon: 'desk' }]
    const add = (op: string, name: string, icon: string) =>
      session.can(op) && out.push({ name, text: `frame.${name}`, icon })
    add('case.list', 'cases', 'case')
    add('client.list', 'clients', 'client')
    add('statute.search', 'statutes', 'statute')
    add('process.list', 'processes', 'note')
    if (adminSections.some((s) => session.can(s.op)))
      out.push({ name: 'admin', text: 'frame.admin', icon: 'more' })
    return out
  })
}
