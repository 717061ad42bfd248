/**
 * @file tape_private.h  A tape between the voice thread, which fills its ring, and the tape thread, which owns all the rest of it.
 */
#ifndef LEXLINE_VOICE_TAPE_PRIVATE_H
#define LEXLINE_VOICE_TAPE_PRIVATE_H

#include <stdatomic.h>

#include "voice/tape.h"

#define TAPE_FRAME 160		      /**< samples and bytes a side: 20 ms of A-law */
#define TAPE_PAIR (2 * TAPE_FRAME)    /**< left, then right */
#define TAPE_RING 192		      /**< frames: a disk may stand still for 3.8 s */

struct tape_slot {
	uint32_t number; /**< of the frame since the tape's start: a jump is a gap */
	uint8_t pair[TAPE_PAIR];
};

/** One producer, one consumer. */
struct tape_ring {
	_Atomic uint32_t head; /**< written by the voice thread */
	_Atomic uint32_t tail; /**< written by the tape thread */
	uint32_t next_number;  /**< voice thread's */
	struct tape_slot slots[TAPE_RING];
};
bool tape_ring_put(struct tape_ring *r, const uint8_t left[TAPE_FRAME], const uint8_t right[TAPE_FRAME]); /**< false: full, dropped */
/** @return the oldest slot, NULL: none; tape_ring_took() when it was used */
const struct tape_slot *tape_ring_next(struct tape_ring *r);
void tape_ring_took(struct tape_ring *r);

struct tape {
	struct tape_ring ring;
	atomic_bool ended; /**< by the voice thread, the last it does with it */
	struct tapes *tapes;
	int64_t call_id, org_id, began_ms;
	int part;
	enum tape_format format;
};

#endif
