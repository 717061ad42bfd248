/**
 * @file tape_private.h  Inside recording: the ring of a tape, its file, the threads.
 *
 *     voice thread ── ring ──▶ tape thread ── DIR/tapes/CALL-PART.tape ──▶ press thread ──▶ blob
 *                                  └─ sync thread: all of it to the disk, every 3 s
 *
 * A process that dies loses a second at most, a machine that dies four.
 */
#ifndef LEXLINE_VOICE_TAPE_PRIVATE_H
#define LEXLINE_VOICE_TAPE_PRIVATE_H

#include <stdatomic.h>

#include "base/thread.h"
#include "store/ctx.h"
#include "voice/tape.h"

#define TAPE_FRAME 160		   /**< samples and bytes a side: 20 ms of A-law */
#define TAPE_PAIR (2 * TAPE_FRAME) /**< left, then right */
#define TAPE_RING 128		   /**< frames, a power of two: a disk may stand still for 2.5 s */
#define TAPE_RECORD 50		   /**< frames a record at most: a second */
#define TAPE_FRAMES_MAX (24u * 3600 * 50)

/* ---- the ring (tape_ring.c) ------------------------------------------------------------------ */

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

/* ---- the file (tape_file.c) ------------------------------------------------------------------ */

#define TAPE_HEADER 128
#define TAPE_RECORD_HEADER 40
#define TAPE_TAG 16

/**
 * Header: "LXTAPE01" | call | org (8 each) | part | format (4 each) | began_ms (8) | wrapped key (81) | zeros (7).
 * Record: first frame's number | frames (4 each) | count (8: of records) | nonce (24) | sealed frames | tag. Numbers little-endian.
 * Sealed with XChaCha20-Poly1305 under the tape's own key; bound to the hash of the header and to its own.
 * The last record has no frames; its first number is the length in frames. A file without it was cut off.
 */
struct tape_meta {
	int64_t call_id, org_id, began_ms;
	uint32_t part, format;
};
struct tape_seal {
	uint8_t key[32], header_hash[32];
	uint64_t count; /**< of the next record */
};
struct tape_writer {
	int fd; /**< -1: not open yet */
	struct tape_seal seal;
	int64_t size;
};
MUST_CHECK int tape_writer_open(struct tape_writer *w, const char *path, struct vault *v, const struct tape_meta *m, struct fault *f);
/** All or nothing: a record that couldn't be written whole is cut off again. @return 0, -E_DISK_FULL, -E_IO */
MUST_CHECK int tape_writer_put(struct tape_writer *w, uint32_t first, const uint8_t *pairs, uint32_t frames);
void tape_writer_close(struct tape_writer *w); /**< and forget the key */

struct tape_reader;
/** @return 0, -E_CORRUPT (no tape, or its key doesn't open), -E_IO, -E_UNAVAILABLE … */
MUST_CHECK int tape_reader_open(const char *path, struct vault *v, struct tape_reader **ret, struct tape_meta *ret_meta, struct fault *f);
/**
 * @param[out] ret_pairs  valid until the next call
 * @return frames; 0 at the end: of a whole tape, or before what was cut off, changed, exchanged or put elsewhere
 */
uint32_t tape_reader_next(struct tape_reader *r, uint32_t *ret_first, const uint8_t **ret_pairs);
bool tape_reader_whole(const struct tape_reader *r, uint32_t *ret_frames); /**< after the end: its last record was there */
void tape_reader_rewind(struct tape_reader *r);
void tape_reader_close(struct tape_reader *r); /**< NULL is fine */
/** Overwrite the key, then remove it. */
void tape_destroy(const char *path);

/* ---- pressing (press.c, press_opus.c) -------------------------------------------------------- */

/** What makes a file of frames. */
struct presser {
	const char *media_type;
	/** @p frames: of the whole recording. */
	int (*begin)(struct blob_writer *w, uint32_t frames, void **ret_state, struct fault *f);
	int (*put)(void *state, const uint8_t *pairs, uint32_t frames, struct fault *f);
	int (*end)(void *state, struct fault *f); /**< all is with the blob then; releases */
	void (*drop)(void *state);
};
extern const struct presser press_opus, press_wav;
/**
 * Make a blob of the tape at @p path. @p stop may become true meanwhile: then -E_CANCELLED.
 * @return 0, -E_NOT_FOUND (nothing was ever recorded on it), -E_CORRUPT, -E_DISK_FULL …
 */
MUST_CHECK int press_tape(const char *path, struct vault *v, struct blobs *b, const atomic_bool *stop, struct pressing *ret, struct fault *f);

/* ---- threads (tape.c) ------------------------------------------------------------------------ */

struct tape {
	struct tape_ring ring;
	atomic_bool ended; /**< by the voice thread, the last it does with it */
	struct tapes *tapes;
	struct tape_meta meta;
	struct tape *next;
	/* the tape thread's */
	char path[256];
	struct tape_writer writer;
	uint8_t pairs[TAPE_RECORD * TAPE_PAIR];
	uint32_t first, frames, expected; /**< number of pairs[0]; how many; number after the last written */
	unsigned turns;			  /**< since pairs[0] came */
	unsigned end_tries;
	bool refused; /**< by the disk, in this turn */
};
/** Without threads: a test takes the turns of the tape thread and of the press. */
MUST_CHECK int tapes_open_still(struct env *env, const struct tapes_options *o, struct tapes **ret, struct fault *f);
int64_t tapes_turn(void *tapes);
int64_t tapes_press_turn(void *tapes);

#endif
