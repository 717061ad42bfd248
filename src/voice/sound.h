/**
 * @file sound.h  What a prompt is inside: whole frames of A-law.
 */
#ifndef LEXLINE_VOICE_SOUND_H
#define LEXLINE_VOICE_SOUND_H

#include "voice/media.h"

struct prompt {
	const char *name;
	unsigned frames, ms; /**< the last frame is filled up with silence */
	const uint8_t *data; /**< frames × FRAME_SAMPLES */
};

#endif
