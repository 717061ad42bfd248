import { computed, ref } from 'vue'

const zh = {
  hotline: '法律咨询热线',
  hello: '我要咨询',
  callNow: '现在打电话',
  callText: '用这个网页直接通话，不用拨号，不收话费。',
  number: '您的手机号（选填）',
  numberHint: '万一断线，我们按这个号码回拨',
  numberBad: '号码应是 3 到 20 位数字',
  recorded: '通话会录音，用于保证服务质量。',
  steps: '接下来',
  step1: '浏览器会询问能否使用麦克风，请选“允许”。',
  step2: '听语音提示，按数字键选择问题类别。',
  step3: '工作人员接听后，请说明您的问题。',
  states: {
    asking: '请允许使用麦克风',
    connecting: '正在接通…',
    menu: '请听提示，按键选择',
    waiting: '正在排队',
    ringing: '正在呼叫工作人员',
    dialling: '正在呼叫工作人员',
    talking: '通话中',
    held: '请稍候，通话保持中',
    lost: '工作人员线路中断，请稍候',
    voicemail: '请留言',
    callback: '已登记回拨',
    survey: '请为本次服务评价',
    ended: '通话已结束',
    broken: '网络中断，正在恢复通话…',
  },
  position: '您排在第 {n} 位',
  positionText: '前面的来电接通后就轮到您，请不要关闭网页。',
  said: '语音提示',
  mute: '静音',
  unmute: '取消静音',
  hangUp: '挂断',
  keypad: '数字键',
  sound: '点这里打开声音',
  thanks: '感谢您的来电。',
  again: '再次拨打',
  retry: '重试',
  problems: {
    denied:
      '没有麦克风权限，对方听不到您。请点地址栏左侧的图标，把“麦克风”改为“允许”，再点“重试”。',
    no_microphone: '没有找到麦克风。请插上耳机或换一台手机再试。',
    microphone_busy: '麦克风正被其他应用使用。请关闭其他通话应用后重试。',
    insecure: '这个地址不能使用麦克风。请用 https:// 开头的网址打开，或直接拨打热线电话。',
    refused: '热线现在无法接通，请稍后再试，或直接拨打热线电话。',
    busy: '现在来电太多，请过一分钟再试。',
  },
  language: 'English',
}
type Words = typeof zh
const en: Words = {
  hotline: 'Legal hotline',
  hello: 'Ask a question',
  callNow: 'Call now',
  callText: 'Talk through this page: nothing to dial, no charge for the call.',
  number: 'Your phone number (optional)',
  numberHint: 'If we are cut off, we call you back on it',
  numberBad: 'A number has 3 to 20 digits',
  recorded: 'The call is recorded to keep our service good.',
  steps: 'What happens next',
  step1: 'Your browser asks for the microphone; choose “Allow”.',
  step2: 'Listen, and press a digit for your kind of question.',
  step3: 'When somebody answers, tell them your question.',
  states: {
    asking: 'Please allow the microphone',
    connecting: 'Connecting…',
    menu: 'Listen and press a key',
    waiting: 'You are in the queue',
    ringing: 'Calling a colleague',
    dialling: 'Calling a colleague',
    talking: 'Speaking',
    held: 'On hold, one moment please',
    lost: 'Our colleague was cut off, one moment please',
    voicemail: 'Please leave a message',
    callback: 'We will call you back',
    survey: 'Please rate our service',
    ended: 'The call has ended',
    broken: 'The network was cut, getting the call back…',
  },
  position: 'You are number {n}',
  positionText: 'It is your turn after those before you. Please keep this page open.',
  said: 'Announcement',
  mute: 'Mute',
  unmute: 'Unmute',
  hangUp: 'Hang up',
  keypad: 'Keys',
  sound: 'Tap here for sound',
  thanks: 'Thank you for calling.',
  again: 'Call again',
  retry: 'Try again',
  problems: {
    denied:
      'No permission for the microphone, so nobody would hear you. Tap the sign left of the address, set the microphone to “Allow”, then try again.',
    no_microphone: 'No microphone was found. Plug in a headset or use another phone.',
    microphone_busy: 'Another app is using the microphone. Close other calls and try again.',
    insecure:
      'This address may not use the microphone. Open the page by https://, or dial the hotline.',
    refused: 'The hotline cannot be reached now. Try again later, or dial the hotline.',
    busy: 'Very many people are calling. Please try again in a minute.',
  },
  language: '中文',
}

export const words = { zh, en }
export type Lang = keyof typeof words
const key = 'lexline.portal.lang'

function first(): Lang {
  const kept = localStorage.getItem(key)
  if (kept === 'zh' || kept === 'en') return kept
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}
export const lang = ref<Lang>(typeof localStorage === 'undefined' ? 'zh' : first())
export const t = computed<Words>(() => words[lang.value])

export function setLang(l: Lang): void {
  lang.value = l
  localStorage.setItem(key, l)
}
