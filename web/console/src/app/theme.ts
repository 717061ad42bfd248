import { ref } from 'vue'

export type Theme = 'auto' | 'light' | 'dark'
const key = 'lexline.theme'
const system = window.matchMedia('(prefers-color-scheme: dark)')

export const theme = ref<Theme>((localStorage.getItem(key) as Theme | null) ?? 'auto')

export function applyTheme(): void {
  const dark = theme.value === 'dark' || (theme.value === 'auto' && system.matches)
  document.documentElement.classList.toggle('dark', dark)
}

export function setTheme(t: Theme): void {
  theme.value = t
  localStorage.setItem(key, t)
  applyTheme()
}

system.addEventListener('change', applyTheme)
