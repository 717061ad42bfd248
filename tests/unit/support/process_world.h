/**
 * @file process_world.h  A store with all modules, calendars and an empty library of processes, for
 * tests of the engine. Test operations: tests/process/world/ops.
 */
#ifndef LEXLINE_PROCESS_WORLD_H
#define LEXLINE_PROCESS_WORLD_H

#include "process/process.h"
#include "store/config.h"
#include "support/temp_store.h"

struct process_world {
	struct temp_store store;
	struct config config;
	struct env *env;
	struct arena *a;
};

void process_world_open(struct process_world *w, enum db_kind kind);
void process_world_close(struct process_world *w);
/** Close the library and open it again, as a new process would. */
void process_world_restart(struct process_world *w);
int64_t process_world_org(struct process_world *w, int64_t parent_id, const char *name);
/** Lists end with NULL. */
int64_t process_world_person(struct process_world *w, const char *name, int64_t org_id,
			     const char **roles, const char **skills);
/** Those of a profile become the organisation's. */
void process_world_calendars(struct process_world *w, int64_t org_id, const char *profile);
/** Path from the project's root. */
void process_world_load(struct process_world *w, const char *path);
struct ctx *process_world_ctx(struct process_world *w, int64_t person, int64_t org_id,
			      const char **roles, int64_t now_ms);

#endif
