import { shallowRef } from 'vue'
import { peopleApi } from './api'
import type { Role } from './types'

/* Roles' labels, fetched once; a role's name stands in until they are there. */
const roles = shallowRef<Role[]>()
let asked = false

export function useRoleNames(): (name: string, pick: (l: Role['label']) => string) => string {
  if (!asked) {
    asked = true
    peopleApi
      .roles()
      .then((r) => (roles.value = r))
      .catch(() => (asked = false))
  }
  return (name, pick) => {
    const role = roles.value?.find((r) => r.name === name)
    return (role && pick(role.label)) || name
  }
}
