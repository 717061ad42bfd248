import { ElMessageBox } from 'element-plus/es/components/message-box/index.mjs'
import 'element-plus/es/components/message-box/style/css'
import { useText } from '@/shared/i18n'

function buttons() {
  const { t } = useText()
  return { confirmButtonText: t('common.confirm'), cancelButtonText: t('common.cancel') }
}

/** Ask before a step that matters: says what will happen. False when refused. */
export async function askSure(title: string, text: string, danger = false): Promise<boolean> {
  try {
    await ElMessageBox.confirm(text, title, {
      ...buttons(),
      confirmButtonClass: danger ? 'el-button--danger' : '',
      autofocus: !danger,
    })
    return true
  } catch {
    return false
  }
}

/** A line of text, or '' when the person went away. `must`: only this very word is taken. */
export async function askText(title: string, text: string, must = ''): Promise<string> {
  try {
    const r = await ElMessageBox.prompt(text, title, {
      ...buttons(),
      inputValidator: (v: string) => (must ? v === must : !!v?.trim()) || ' ',
    })
    return (r as { value: string }).value.trim()
  } catch {
    return ''
  }
}
