/**
 * @file jitter.h  From packets as they come to a frame every 20 ms.
 *
 * A ring of samples addressed by RTP timestamp: reordered packets, any packet length and keys between the sound fall into place
 * by themselves. Adapts by waiting: what comes late makes the buffer deeper by one frame, which is concealed once; a frame
 * that was never needed for a while is taken out, at a quiet place if there is one. Pure, no clock: jitter_pop() is the clock.
 */
#ifndef LEXLINE_VOICE_JITTER_H
#define LEXLINE_VOICE_JITTER_H

#include "voice/alaw.h"

#define JITTER_RING 2048 /**< samples, a power of two; 256 ms */
#define JITTER_MAX 1120	 /**< deepest, samples: 120 ms and a frame */

struct jitter {
	uint8_t data[JITTER_RING];
	uint8_t have[JITTER_RING]; /**< 1: sample is there */
	struct conceal conceal;
	bool started;	  /**< a first packet came */
	bool playing;	  /**< enough came to begin */
	uint32_t play_ts; /**< next sample to play */
	uint32_t end_ts;  /**< behind the newest */
	unsigned waited;  /**< samples concealed while play_ts stood still */
	int low;	  /**< fewest samples left after a pop in this window */
	unsigned window, window_left; /**< ticks until a superfluous frame is taken out */
	unsigned overdue; /**< ticks since a frame is to be taken out and none was quiet */
	unsigned silent;  /**< ticks without anything: the stream has stopped */
	uint32_t late, concealed, skipped;
};

void jitter_init(struct jitter *j);
/** @p alaw: A-law, at most 480 samples. */
void jitter_put(struct jitter *j, uint32_t ts, const uint8_t *alaw, size_t n);
/** The next frame. @return false: nothing to hear (silence was put there) */
bool jitter_pop(struct jitter *j, uint8_t ret[FRAME_SAMPLES]);
/** Samples waiting. */
int jitter_level(const struct jitter *j);

#endif
