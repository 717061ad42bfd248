/** The engine's names of the operations that decide which part of the telephone is shown to whom. */
export const callOps = {
  list: 'calls.list',
  export: 'calls.export',
  recording: 'calls.recording',
  callBack: 'line.call_back',
  statistics: 'calls.statistics',
  duty: 'calls.duty',
  dutyAdd: 'calls.duty_add',
  presence: 'calls.presence',
  presenceExport: 'calls.presence_export',
  allowanceExport: 'calls.allowance_export',
  alarms: 'calls.alarms',
  dial: 'line.dial',
  wall: 'line.wall',
  listen: 'line.listen',
  prompts: 'line.prompts',
  promptChange: 'line.prompt_upload',
} as const
