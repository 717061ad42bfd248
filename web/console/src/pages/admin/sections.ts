/** The sections of the administration, each shown to those who may call its operation. */
export const adminSections = [
  { name: 'people', text: 'admin.people', op: 'person.list' },
  { name: 'roles', text: 'admin.roles', op: 'role.list' },
  { name: 'orgs', text: 'admin.orgs', op: 'org.list' },
  { name: 'calendars', text: 'admin.calendars', op: 'calendar.list' },
  { name: 'ledger', text: 'admin.ledger', op: 'ledger.list' },
  { name: 'audit', text: 'admin.audit', op: 'audit.list' },
  { name: 'access', text: 'admin.access', op: 'access_log.list' },
] as const

export type AdminSection = (typeof adminSections)[number]['name']
