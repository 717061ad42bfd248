import type { Permission } from '@/entities/session/ops'

/** The sections of the administration, each shown to those who may do its work. */
export const adminSections: { name: string; text: string; op: Permission }[] = [
  { name: 'people', text: 'admin.people', op: 'personCreate' },
  { name: 'roles', text: 'admin.roles', op: 'grants' },
  { name: 'orgs', text: 'admin.orgs', op: 'orgs' },
  { name: 'calendars', text: 'admin.calendars', op: 'calendarUpdate' },
  { name: 'ledger', text: 'admin.ledger', op: 'ledger' },
  { name: 'audit', text: 'admin.audit', op: 'audit' },
  { name: 'access', text: 'admin.access', op: 'accessLog' },
]
