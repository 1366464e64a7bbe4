import { faint, faintFocus, onlyColour } from './contrast.ts'
import { beginTabbing, endTabbing } from './keyboard.ts'
import { enlarge, spaceOut, spills } from './overflow.ts'
import { printed } from './printed.ts'
import { structure, unheardWords, watchWords } from './structure.ts'
import { small } from './targets.ts'

/** All that is done in a page that is looked at, under one name. */
export default {
  ...{ faint, faintFocus, onlyColour, beginTabbing, endTabbing, enlarge, spaceOut, spills },
  ...{ printed, structure, unheardWords, watchWords, small },
}
