import { callApi } from '@/entities/call/api'
import { useLine } from '@/entities/line/store'
import { toastGood, toastProblem } from '@/shared/components/toast'
import { useText } from '@/shared/i18n'

/** One click calls a missed caller back; the line bar shows the rest. */
export function useCallBack(after?: () => unknown) {
  const line = useLine()
  const { t } = useText()
  return async (c: { id: string }): Promise<void> => {
    try {
      await callApi.callBack(c.id)
      toastGood(t('calls.callingBack'))
      await line.load()
      await after?.()
    } catch (e) {
      toastProblem(e)
    }
  }
}
