/**
 * @file room.h  What the files of this room share. Not for other rooms.
 */
#ifndef LEXLINE_PEOPLE_ROOM_H
#define LEXLINE_PEOPLE_ROOM_H

#include "people/people.h"
#include "people/roles.h"
#include "store/config.h"
#include "store/db.h"

struct session_cache;

/** From `people:` of the configuration. */
struct people_rules {
	int password_min;	 /**< characters */
	int lock_after;		 /**< failed sign-ins of one name */
	int lock_after_ip;	 /**< failed sign-ins from one address */
	int64_t lock_ms;	 /**< first lock; doubles with each further failure … */
	int64_t lock_max_ms;	 /**< … up to this */
	int64_t session_idle_ms; /**< without a request */
	int64_t session_max_ms;	 /**< since signing in */
};

struct people {
	struct env *env;
	struct people_rules rules;
	struct roles *roles;
	struct session_cache *sessions;
};

#endif
