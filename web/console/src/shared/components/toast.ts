import { ElMessage } from 'element-plus/es/components/message/index.mjs'
import 'element-plus/es/components/message/style/css'
import { asProblem } from '@/shared/api/problem'
import { useText } from '@/shared/i18n'
import { tell } from './problems'

/** A short word at the top, read out by screen readers. */
export function toastGood(text: string): void {
  ElMessage({ message: text, type: 'success', grouping: true, duration: 2500 })
}

export function toastProblem(e: unknown): void {
  const p = asProblem(e)
  if (p.code === 'aborted') return
  const { t, lang } = useText()
  const { cause, remedy } = tell(p, t, lang.value === 'zh')
  ElMessage({
    message: `${cause} ${remedy}（${p.code}）`,
    type: 'error',
    grouping: true,
    duration: 7000,
    showClose: true,
  })
}
