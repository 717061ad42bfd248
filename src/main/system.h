/**
 * @file system.h  Builds the running system out of the rooms, and takes it apart in order.
 */
#ifndef LEXLINE_SYSTEM_H
#define LEXLINE_SYSTEM_H

#include "store/op.h"

enum system_mode {
	SYSTEM_LOOK,  /**< stores read-only, beside a server: verify, search */
	SYSTEM_TOOL,  /**< a command: stores, people, processes; nothing runs by itself */
	SYSTEM_SERVE, /**< also the schedulers, the outbox, the statutes' index */
};

struct system {
	struct env env;
	struct arena *arena;
	enum system_mode mode;
	int lock_fd; /**< DIR/lexline.lock, held by a server; -1 */
};

/**
 * Open a data folder: configuration, catalogue, keys, both stores (migrated), then the rooms.
 * @return 0, -E_CONFIG, -E_UNAVAILABLE, -E_CONFLICT (another process serves it)
 */
MUST_CHECK int system_open(const char *data_dir, enum system_mode mode, struct system **ret,
			   struct fault *f);
void system_close(struct system *s); /**< NULL is fine */
void system_closep(struct system **s);

/** All rooms' operations in C, and the modules' SQL. Also for tools without a data folder. */
MUST_CHECK int system_catalogue(const char *profile_dir, struct catalogue **ret, struct fault *f);

#endif
