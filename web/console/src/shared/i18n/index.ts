import { computed, ref, watchEffect } from 'vue'
import { createI18n } from 'vue-i18n'
import { setApiLanguage } from '@/shared/api/client'
import type { Label } from '@/shared/api/types'
import type { Lang } from '@/shared/time/text'
import { messages } from './messages'

const langKey = 'lexline.lang'

function firstLang(): Lang {
  const kept = localStorage.getItem(langKey)
  return kept === 'en' || kept === 'zh' ? kept : 'zh'
}

export const lang = ref<Lang>(firstLang())

export const i18n = createI18n({
  legacy: false,
  locale: lang.value,
  fallbackLocale: 'zh',
  messages,
})

watchEffect(() => {
  i18n.global.locale.value = lang.value
  const tag = lang.value === 'zh' ? 'zh-CN' : 'en'
  document.documentElement.lang = tag
  setApiLanguage(tag)
})

export function setLang(l: Lang): void {
  lang.value = l
  localStorage.setItem(langKey, l)
}

/** A text with two languages from a definition; falls back to the other one when empty. */
export function pick(label: Label | null | undefined, l: Lang): string {
  if (!label) return ''
  return (l === 'zh' ? label.zh || label.en : label.en || label.zh) ?? ''
}

/** `t` for our texts, `l` for labels from definitions. */
export function useText() {
  const { t } = i18n.global
  return {
    t: t as (key: string, named?: Record<string, unknown>) => string,
    l: (label: Label | null | undefined) => pick(label, lang.value),
    lang: computed(() => lang.value),
  }
}
