import * as common from './texts/common'
import * as frame from './texts/frame'
import * as account from './texts/account'
import * as desk from './texts/desk'
import * as cases from './texts/cases'
import * as intake from './texts/intake'
import * as clients from './texts/clients'
import * as statutes from './texts/statutes'
import * as admin from './texts/admin'
import * as calls from './texts/calls'
import * as line from './texts/line'
import * as training from './texts/training'
import * as documents from './texts/documents'

const areas = {
  common,
  frame,
  account,
  desk,
  cases,
  intake,
  clients,
  statutes,
  admin,
  calls,
  documents,
  line,
  training,
}

type Tree = { [key: string]: string | Tree }
function gather(which: 'zh' | 'en'): Tree {
  const out: Tree = {}
  for (const [name, area] of Object.entries(areas)) out[name] = area[which] as Tree
  return out
}

export const messages = { zh: gather('zh'), en: gather('en') }
