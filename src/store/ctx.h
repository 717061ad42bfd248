/**
 * @file ctx.h  The running system, and one request in it.
 */
#ifndef LEXLINE_CTX_H
#define LEXLINE_CTX_H

#include "base/error.h"
#include "base/text.h"
#include "base/time.h"

struct db;
struct catalogue;
struct vault;
struct blobs;
struct config;
struct tx;

/** One running system. Built once by main, immutable afterwards but for the catalogues that reload as a whole. */
struct env {
	const char *data_dir; /**< absolute path */
	const struct config *config;
	struct db *db;	    /**< cases and everything that isn't client master data */
	struct db *clients; /**< client master data (T01): its own file or schema, its own keys */
	struct catalogue *ops;
	struct vault *vault;
	struct blobs *blobs;
	const struct zone *zone; /**< of the profile */
	/* What upper rooms keep here for themselves; each is defined by the room of that name. */
	struct people *people;
	struct process_lib *process;
	struct calendars *calendars; /**< process/calendar.h */
	struct statutes *statutes;
	struct templates *templates; /**< document/library.h */
	struct feed *feed;
	struct outbox *outbox;
	struct audit_job *audit;
	struct voice *voice; /**< NULL: no line here; set by main before HTTP answers */
	/**
	 * May the actor of @p tx see this case, by its organisation and by what its process says? Set by
	 * main to process_sees(), for the rooms below process/.
	 * @return 0, -E_NOT_FOUND
	 */
	int (*case_seen)(struct tx *tx, int64_t case_id);
};

/** Who is asking. Zeroed: nobody (public). Strings live in the request's arena. */
struct actor {
	int64_t id;	    /**< person; 0: nobody; ACTOR_SYSTEM: clocks, jobs, command line */
	int64_t org_id;
	int64_t session_id; /**< 0 outside HTTP */
	const char *name;
	const char **roles; /**< NULL-terminated role names; NULL when none. First the person's own … */
	size_t n_own_roles; /**< … this many, then the built-in roles they are based on; 0: all are own */
	const char *ip;
};
#define ACTOR_SYSTEM 1

bool actor_has_role(const struct actor *a, const char *role);

/**
 * One piece of work. Owned by whoever carries it; handed from thread to thread, never shared.
 * Everything it allocates is released with the arena.
 */
struct ctx {
	struct env *env;
	struct arena *arena;
	struct actor actor;
	int64_t now_ms;	  /**< the one instant of this work; bound as :now */
	enum lang lang;
	unsigned touched; /**< TOUCHED_…: whom to wake after the commit */
	struct fault fault; /**< why the last call failed */
};

#define TOUCHED_FEED 1u
#define TOUCHED_OUTBOX 2u

/** A context of its own for a job or a command; the system as actor. */
struct ctx *ctx_new_system(struct env *env);
void ctx_free(struct ctx *ctx);
void ctx_freep(struct ctx **ctx); /**< for CLEANUP */

/** fail() into the context. */
#define ctx_fail(ctx, err, field, ...) fail(&(ctx)->fault, (err), (field), __VA_ARGS__)

#endif
