import { createApp } from 'vue'
import 'vant/es/style/base.css'
import 'vant/es/button/index.css'
import 'vant/es/loading/index.css'
import 'vant/es/cell/index.css'
import 'vant/es/field/index.css'
import './style.css'
import App from './App.vue'

createApp(App).mount('#app')
