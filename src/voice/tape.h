/**
 * @file tape.h  Recording: sealed as it is written, playable up to the last second whatever happens.
 *
 * A tape is a file DIR/tapes/CALL-PART.tape while the call runs: a header with its own key, wrapped; then a record about every
 * second, each XChaCha20-Poly1305, counted (truncation, reordering, deletion and exchange are found), holding stereo A-law
 * (left: caller, right: what the caller hears) with its place in time. It never holds a clear byte. When the call ends, the *press*, a
 * thread of low priority, makes it a blob (store/blobs.h): Ogg/Opus or A-law WAV as the hotline says, and the tape is destroyed. What a crash
 * left is pressed at the next start: all but the last second. Disk full: the call goes on, the gap is silence of the right length, the alarm is raised once.
 *
 * tape_frame() is wait-free: a lock-free ring to the tape thread; a full ring drops the frame and counts it.
 */
#ifndef LEXLINE_VOICE_TAPE_H
#define LEXLINE_VOICE_TAPE_H

#include "store/blobs.h"

struct tapes;
struct tape;

enum tape_format { TAPE_OPUS, TAPE_WAV };

/** A finished recording, on the press thread. The blob has no row yet: the book makes it in its transaction. */
struct pressing {
	int64_t call_id, org_id;
	int part;		   /**< 0 the call, 1 … a voicemail, a consultation */
	struct blob_info blob;
	const char *media_type;	   /**< "audio/ogg", "audio/wav" */
	int64_t began_ms;	   /**< wall clock of its first frame */
	int64_t length_ms;
	int64_t lost_ms;	   /**< of it not recorded (disk full, ring full) */
	bool after_crash;
};
struct tapes_options {
	/** Must have kept it durably when it returns 0; else the tape stays and is tried again. */
	int (*pressed)(const struct pressing *p, void *arg, struct fault *f);
	/** "recording_stopped" (disk full, I/O), "recording_resumed", "recording_dropped"; on the tape thread. */
	void (*alarm)(const char *kind, int64_t call_id, void *arg);
	void *arg;
};
MUST_CHECK int tapes_open(struct env *env, const struct tapes_options *o, struct tapes **ret, struct fault *f);
/** Finishes writing; what isn't pressed yet stays for the next start. */
void tapes_close(struct tapes *t);
/** Tapes that wait for pressing or are being written. */
unsigned tapes_pending(struct tapes *t);

/** From the voice thread: no I/O here; file and key are made by the tape thread. @return 0, -E_BUSY (4,000 run, or closing) */
MUST_CHECK int tape_start(struct tapes *t, int64_t call_id, int64_t org_id, int part, enum tape_format format, struct tape **ret);
void tape_frame(struct tape *t, const uint8_t left[160], const uint8_t right[160]);
/** The voice thread lets go; pressing follows. NULL is fine. */
void tape_end(struct tape *t);

#endif
