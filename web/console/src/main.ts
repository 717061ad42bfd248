import { createApp } from 'vue'
import { createPinia } from 'pinia'
import './styles/tokens.css'
import 'element-plus/es/components/base/style/css'
import './styles/element.css'
import './styles/base.css'
import App from './App.vue'
import { router } from './app/router'
import { applyTheme } from './app/theme'
import { i18n } from './shared/i18n'
import { sweepDrafts } from './shared/composables/drafts'

applyTheme()
sweepDrafts()
createApp(App).use(createPinia()).use(i18n).use(router).mount('#app')
