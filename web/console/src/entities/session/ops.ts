import type { routes } from '@/gen/operations'

/**
 * The operations whose permission decides what is shown. Short names for the pages; the engine's
 * names stand here only, checked against the generated list.
 */
export const opNames = {
  cases: 'case.list',
  caseCreate: 'case.create',
  caseExport: 'case.export',
  clients: 'client.list',
  client: 'client.show',
  clientCreate: 'client.create',
  conflicts: 'client.conflicts',
  consentAdd: 'consent.add',
  statutes: 'statute.search',
  lawImport: 'statute.import_upload',
  lawRepeal: 'statute.repeal',
  processes: 'process.processes',
  templates: 'template.search',
  templateUpload: 'template.upload',
  templateReview: 'template.review',
  templateUses: 'template.uses',
  documents: 'document.of_case',
  documentMake: 'document.make',
  reportWrite: 'report.write',
  people: 'people.list',
  personCreate: 'people.create',
  roles: 'role.list_roles',
  grants: 'role.set_grant',
  roleCreate: 'role.create_role',
  orgs: 'org.create_org',
  calendarUpdate: 'calendar.update',
  audit: 'audit.list',
  auditVerify: 'audit.verify',
  accessLog: 'audit.access_log',
  ledger: 'case.ledger',
  exams: 'training.exam_list',
  examCreate: 'training.exam_create',
  examMark: 'training.mark',
  questions: 'training.question_list',
  questionReview: 'training.question_review',
} as const satisfies Record<string, keyof typeof routes>

export type Permission = keyof typeof opNames
