/* The voice thread's side of a tape: wait-free. */
#include "voice/tape_private.h"

bool tape_ring_put(struct tape_ring *r, const uint8_t left[TAPE_FRAME], const uint8_t right[TAPE_FRAME])
{
	uint32_t head = atomic_load_explicit(&r->head, memory_order_relaxed);
	uint32_t number = r->next_number++;
	struct tape_slot *slot = &r->slots[head % TAPE_RING];

	if (head - atomic_load_explicit(&r->tail, memory_order_acquire) >= TAPE_RING)
		return false;
	slot->number = number;
	memcpy(slot->pair, left, TAPE_FRAME);
	memcpy(slot->pair + TAPE_FRAME, right, TAPE_FRAME);
	atomic_store_explicit(&r->head, head + 1, memory_order_release);
	return true;
}

const struct tape_slot *tape_ring_next(struct tape_ring *r)
{
	uint32_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed);

	if (tail == atomic_load_explicit(&r->head, memory_order_acquire))
		return NULL;
	return &r->slots[tail % TAPE_RING];
}

void tape_ring_took(struct tape_ring *r)
{
	atomic_fetch_add_explicit(&r->tail, 1, memory_order_release);
}

void tape_frame(struct tape *t, const uint8_t left[160], const uint8_t right[160])
{
	(void)tape_ring_put(&t->ring, left, right); /* dropped: the jump in the numbers tells the tape thread */
}
