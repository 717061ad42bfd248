/**
 * @file world.h  A small installation in memory of a test: both stores, two organisations, some
 * people.
 *
 * Only the modules platform, people and clients are loaded. Tests call operations as HTTP would,
 * through op_bind() and the gate.
 */
#ifndef LEXLINE_TEST_WORLD_H
#define LEXLINE_TEST_WORLD_H

#include "check.h"
#include "people/gate.h"
#include "people/people.h"
#include "store/config.h"
#include "store/db.h"

struct world {
	char dir[64];
	char key_file[128];
	struct config config;
	struct env env;
	int64_t province, county, other; /**< county is below province, other beside it */
	int64_t feed_count;
};

struct person {
	int64_t id, org_id;
	const char *name;
	char password[32];
	char token[64];
	const char *roles[4];
};

/** Of the last call: parsed reply, fault. */
extern json_t *reply;
extern struct fault fault;
extern char cookie[256];

void world_open(struct world *w, enum db_kind kind);
void world_close(struct world *w);
void world_person(struct world *w, struct person *p, int64_t org_id, const char *name,
		  const char *role);

/**
 * Call an operation. @p token "" is nobody. @p json: the members of `in:`, "{}" none.
 * @return what the gate returned
 */
int world_call(struct world *w, const char *token, const char *op, const char *json);
/** Sign in; the token lands in the person. */
int world_sign_in(struct world *w, struct person *p, const char *password, const char *otp);
/** The same with a moment and an address of the caller's choice. */
extern int64_t world_now_ms; /**< 0: the real time */
extern const char *world_ip;

const char *reply_text(const char *key);
/** The whole reply as text, until the next call. */
const char *reply_dump(void);
int64_t reply_id(const char *key);

#endif
