/* Until there is more: every header of the room compiles by itself. */
#include "voice/acd.h"
#include "voice/book.h"
#include "voice/flow.h"
#include "voice/leg.h"
#include "voice/media.h"
#include "voice/prompts.h"
#include "voice/tape.h"
#include "voice/voice.h"
