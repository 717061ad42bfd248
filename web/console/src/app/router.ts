import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { useSession } from '@/entities/session/store'
import { i18n } from '@/shared/i18n'

/** A page inside the frame; its code is loaded when it is first opened. */
function page(path: string, name: string, title: string, component: () => Promise<unknown>) {
  return { path, name, props: true, meta: { title }, component } as RouteRecordRaw
}

const routes: RouteRecordRaw[] = [
  {
    path: '/sign-in',
    name: 'sign-in',
    component: () => import('@/pages/sign-in/SignInPage.vue'),
    meta: { open: true, title: 'account.signIn' },
  },
  {
    path: '/',
    component: () => import('./Frame.vue'),
    children: [
      page('', 'desk', 'frame.desk', () => import('@/pages/desk/DeskPage.vue')),
      page('cases', 'cases', 'frame.cases', () => import('@/pages/cases/CasesPage.vue')),
      page('cases/new', 'intake', 'frame.newCase', () => import('@/pages/intake/IntakePage.vue')),
      page('cases/:id', 'case', 'frame.cases', () => import('@/pages/case/CasePage.vue')),
      page('calls/:id(\\d+)', 'call', 'calls.facts', () => import('@/pages/calls/CallPage.vue')),
      page(
        'calls/:id(\\d+)/screen',
        'call-screen',
        'calls.screen',
        () => import('@/pages/calls/CallScreen.vue'),
      ),
      page(
        'calls/:section([a-z]+)?',
        'calls',
        'calls.title',
        () => import('@/pages/calls/CallsPage.vue'),
      ),
      page(
        'cases/:id/documents',
        'case-documents',
        'documents.ofCase',
        () => import('@/pages/documents/CaseDocumentsPage.vue'),
      ),
      page(
        'documents',
        'documents',
        'documents.title',
        () => import('@/pages/documents/TemplatesPage.vue'),
      ),
      page(
        'documents/reports',
        'reports',
        'documents.reports',
        () => import('@/pages/documents/ReportPage.vue'),
      ),
      page(
        'documents/:id',
        'template',
        'documents.title',
        () => import('@/pages/documents/TemplatePage.vue'),
      ),
      page('clients', 'clients', 'frame.clients', () => import('@/pages/clients/ClientsPage.vue')),
      page(
        'clients/:id',
        'client',
        'frame.clients',
        () => import('@/pages/clients/ClientPage.vue'),
      ),
      page(
        'statutes',
        'statutes',
        'frame.statutes',
        () => import('@/pages/statutes/StatutesPage.vue'),
      ),
      page(
        'statutes/laws/:id',
        'law',
        'frame.statutes',
        () => import('@/pages/statutes/LawPage.vue'),
      ),
      page(
        'statutes/import',
        'law-import',
        'statutes.import.title',
        () => import('@/pages/statutes/ImportPage.vue'),
      ),
      page(
        'statutes/laws/:id/compare',
        'law-compare',
        'statutes.compare.title',
        () => import('@/pages/statutes/ComparePage.vue'),
      ),
      page(
        'statutes/articles/:id',
        'article',
        'frame.statutes',
        () => import('@/pages/statutes/ArticlePage.vue'),
      ),
      page(
        'processes/:name?',
        'processes',
        'frame.processes',
        () => import('@/pages/processes/ProcessesPage.vue'),
      ),
      page('admin/:section?', 'admin', 'frame.admin', () => import('@/pages/admin/AdminPage.vue')),
      page(
        'training/sittings/:id',
        'sitting',
        'training.title',
        () => import('@/pages/training/SittingPage.vue'),
      ),
      page(
        'training/:part?',
        'training',
        'training.title',
        () => import('@/pages/training/TrainingPage.vue'),
      ),
      page('account', 'account', 'account.title', () => import('@/pages/account/AccountPage.vue')),
      page(':rest(.*)*', 'missing', 'frame.pageMissing', () => import('@/pages/MissingPage.vue')),
    ],
  },
]

export const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

router.beforeEach(async (to) => {
  const session = useSession()
  if (to.meta.open) return true
  try {
    await session.ensure()
  } catch {
    return true /* no line: the page says so itself, and the draft stays */
  }
  if (!session.me) return { name: 'sign-in', query: to.fullPath === '/' ? {} : { to: to.fullPath } }
  if (session.mustChange && to.name !== 'account') return { name: 'account' }
  return true
})

router.afterEach((to) => {
  const title = i18n.global.t(String(to.meta.title ?? 'frame.brand'))
  document.title = `${title} · ${i18n.global.t('frame.brand')}`
})

/* After an update the old page's chunks are gone: load the new page once. */
router.onError((error, to) => {
  const gone = /dynamically imported module|Importing a module script failed/i.test(String(error))
  if (!gone || !navigator.onLine || sessionStorage.getItem('lexline.reloaded') === to.fullPath)
    return
  sessionStorage.setItem('lexline.reloaded', to.fullPath)
  location.assign(to.fullPath)
})
