/**
 * @file leg_private.h  What a kind of leg (sip_call.c, web.c) puts behind leg.h.
 *
 * A kind embeds `struct leg` first in its own structure and gives its operations. Reports go through leg_tell(): the
 * handler may free the leg, so nothing touches it afterwards.
 */
#ifndef LEXLINE_VOICE_LEG_PRIVATE_H
#define LEXLINE_VOICE_LEG_PRIVATE_H

#include "voice/leg.h"

/** NULL members: nothing to do (a browser is not rung by leg_ring(), it has no hold to signal). */
struct leg_ops {
	void (*ring)(struct leg *l);
	int (*early)(struct leg *l);
	int (*answer)(struct leg *l);
	void (*hangup)(struct leg *l, int status); /**< LEG_ENDED follows later, from the loop */
	int (*hold)(struct leg *l, bool hold);
	void (*free)(struct leg *l);
};

struct leg {
	const struct leg_ops *ops;
	enum leg_kind kind;
	struct port *port; /**< freed by the kind's free() */
	leg_handler handler;
	void *arg;
	bool dropped; /**< nobody's: goes with its signalling when the loop ends before it could */
	bool ended; /**< LEG_ENDED was told: nothing more is */
};

/** Tell the exchange. The leg may be gone when this returns. */
void leg_tell_event(struct leg *l, const struct leg_event *e);
void leg_tell(struct leg *l, enum leg_event_kind kind);
void leg_tell_key(struct leg *l, char key);
void leg_tell_ended(struct leg *l, int status, const char *reason);
/** As a port_handler with the leg for its argument: keys, lost and found sound become events of the leg. */
void leg_port_event(struct port *p, enum port_event e, char key, void *arg);

#endif
