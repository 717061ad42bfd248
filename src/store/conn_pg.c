/*
 * PostgreSQL: making, losing and regaining connections, waiting for answers, naming failures.
 *
 * When the server is away, one attempt after each pause finds out; everybody else fails at once.
 */
#include "store/db_pg.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>

#include "base/time.h"

/* Beyond the server's own statement_timeout: the server itself hangs or the network is cut. */
#define ANSWER_WAIT_MS 40000
#define BACKOFF_FIRST_MS 100
#define BACKOFF_MAX_MS 5000

/* ---- failures ----------------------------------------------------------------------------- */

static bool is_state(const char *state, const char *prefix)
{
	return !strncmp(state, prefix, strlen(prefix));
}

/* DETAIL begins "Key (org_id, name)=(…)": the last column's name, never the data behind it. */
static void key_column(const PGresult *res, char *ret, size_t size)
{
	const char *detail = PQresultErrorField(res, PG_DIAG_MESSAGE_DETAIL);
	const char *from = detail ? strchr(detail, '(') : NULL,
		   *to = from ? strchr(from, ')') : NULL;

	ret[0] = 0;
	if (!from || !to)
		return;
	for (const char *p = from; p < to; p++)
		if (*p == ',' || *p == ' ' || *p == '(')
			from = p + 1;
	if ((size_t)(to - from) < size)
		snprintf(ret, size, "%.*s", (int)(to - from), from);
}

static int constraint_fault(const PGresult *res, const char *state, const char *what,
			    struct fault *f)
{
	const char *column = PQresultErrorField(res, PG_DIAG_COLUMN_NAME);
	char key[64];

	key_column(res, key, sizeof(key));
	if (!strcmp(state, "23505"))
		return fail(f, E_EXISTS, key, "%s: such an entry exists already", what);
	return fail(f, E_CONFLICT, column ? column : key,
		    "%s: the data contradicts a rule of the store", what);
}

/* The message of class 42 names tables and columns, never values; of the others it might. */
static int unexpected(const PGresult *res, const char *state, const char *what, struct fault *f)
{
	const char *message = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);

	log_event(LOG_ERROR, "db.postgresql", "what", what, "code", state, "message",
		  is_state(state, "42") && message ? message : "", NULL);
	return fail(f, E_INTERNAL, NULL, "%s failed in the database (code %s); the log says more",
		    what, state);
}

static int lost(struct pg_conn *c, struct fault *f)
{
	c->lost = true;
	return fail(f, E_UNAVAILABLE, NULL,
		    "The database is away; the server tries to reach it again");
}

int pg_fault(struct pg_conn *c, const PGresult *res, const char *what, struct fault *f)
{
	const char *state = res ? PQresultErrorField(res, PG_DIAG_SQLSTATE) : NULL;

	if (!state || PQstatus(c->c) == CONNECTION_BAD)
		return lost(c, f);
	if (is_state(state, "08") || is_state(state, "57P") || is_state(state, "533") ||
	    (!strcmp(state, "25006") &&
	     c->role == PG_WRITER)) /* a standby that was the primary before */
		return lost(c, f);
	if (!strcmp(state, "40001") || !strcmp(state, "40P01")) {
		c->repeat = true;
		return fail(f, E_BUSY, NULL,
			    "Others changed the same data at the same time; try again");
	}
	if (is_state(state, "23"))
		return constraint_fault(res, state, what, f);
	if (!strcmp(state, "53100"))
		return fail(f, E_DISK_FULL, NULL,
			    "The database server's disk is full; free some space there");
	if (!strcmp(state, "57014") || !strcmp(state, "55P03"))
		return fail(f, E_BUSY, NULL, "%s took too long in the database; try again", what);
	if (is_state(state, "XX001") || is_state(state, "XX002"))
		return fail(f, E_CORRUPT, NULL,
			    "The database reports damaged data; see the server's log");
	if (!strcmp(state, "42501"))
		return fail(f, E_CONFIG, NULL, "%s: the database role lacks the rights for this",
			    what);
	return unexpected(res, state, what, f);
}

/* ---- connecting --------------------------------------------------------------------------- */

struct pg_conn *pg_conn_new(struct db *db, enum pg_role role)
{
	struct pg_conn *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	c->db = db;
	c->role = role;
	return c;
}

static void forget_ops(struct pg_conn *c)
{
	for (size_t i = 0; i < c->n_ops; i++)
		free(c->ops[i]);
	free(c->ops);
	c->ops = NULL;
	c->n_ops = 0;
}

bool pg_others_live(struct db *db, enum pg_role role)
{
	struct pg_state *s = db->state;

	return atomic_load(&s->live[role]) > 0;
}

static void count_live(struct pg_conn *c, bool live)
{
	struct pg_state *s = c->db->state;

	/* Readers are closed after the state is gone. */
	if (s && c->live != live)
		atomic_fetch_add(&s->live[c->role], live ? 1 : -1);
	c->live = live;
}

void pg_drop(struct pg_conn *c)
{
	if (c->c)
		PQfinish(c->c);
	count_live(c, false);
	c->c = NULL;
	c->ending = false;
	c->state = PG_TX_NONE;
	c->nulls = 0;
	forget_ops(c);
}

void pg_conn_free(struct pg_conn *c)
{
	pg_drop(c);
	free(c);
}

static void quiet(void *arg, const PGresult *res)
{
}

/* One round trip for all settings of the session. */
static int configure(struct pg_conn *c, struct fault *f)
{
	CLEANUP(buf_free) struct buf sql = {0};
	char *schema = PQescapeIdentifier(c->c, c->db->schema, strlen(c->db->schema));
	char *zone = PQescapeLiteral(c->c, zone_name(c->db->zone), strlen(zone_name(c->db->zone)));
	PGresult *res;
	int r = 0;

	buf_printf(&sql, "SET search_path TO %s; SET lexline.zone TO %s;", schema ? schema : "",
		   zone ? zone : "");
	PQfreemem(schema);
	PQfreemem(zone);
	/* An acknowledged write is on the disk, whatever the server's default says. */
	buf_adds(&sql, "SELECT set_config('synchronous_commit', 'on', false)"
		       " WHERE current_setting('synchronous_commit') = 'off';");
	if (c->role != PG_MIGRATOR)
		buf_adds(&sql, "SET statement_timeout TO '30s'; SET lock_timeout TO '10s';"
			       "SET idle_in_transaction_session_timeout TO '60s';");
	if (c->role == PG_READER)
		buf_adds(&sql, "SET default_transaction_read_only TO on;");
	res = PQexec(c->c, sql.p);
	if (PQresultStatus(res) != PGRES_COMMAND_OK && PQresultStatus(res) != PGRES_TUPLES_OK)
		r = pg_fault(c, res, "Connecting", f);
	PQclear(res);
	return r;
}

static PGconn *dial(const struct pg_conn *c)
{
	const char *keys[] = {"dbname",
			      "connect_timeout",
			      "tcp_user_timeout",
			      "keepalives_idle",
			      "fallback_application_name",
			      "target_session_attrs",
			      NULL};
	const char *values[] = {c->db->url, "3",       "10000",
				"10",	    "lexline", c->role == PG_READER ? "any" : "read-write",
				NULL};

	return PQconnectdbParams(keys, values, 1);
}

static void now_down(struct pg_conn *c)
{
	struct pg_state *s = c->db->state;
	int before = atomic_load(&s->backoff_ms);
	int ms = before ? before * 2 : BACKOFF_FIRST_MS;

	if (ms > BACKOFF_MAX_MS)
		ms = BACKOFF_MAX_MS;
	if (!before)
		log_event(LOG_WARN,
			  pg_others_live(c->db, c->role) ? "db.no_more_connections" : "db.away",
			  "store", c->db->name, NULL);
	atomic_store(&s->backoff_ms, ms);
	atomic_store(&s->down_until_us, time_monotonic_us() + ms * 1000LL);
}

static void now_up(struct pg_conn *c)
{
	struct pg_state *s = c->db->state;

	if (atomic_exchange(&s->backoff_ms, 0))
		log_event(LOG_INFO, "db.back", "store", c->db->name, NULL);
	atomic_store(&s->down_until_us, 0);
}

int pg_connect(struct pg_conn *c, struct fault *f)
{
	struct pg_state *s = c->db->state;
	int r;

	if (c->c && !c->lost && PQstatus(c->c) == CONNECTION_OK)
		return 0;
	pg_drop(c);
	c->lost = false;
	if (time_monotonic_us() < atomic_load(&s->down_until_us))
		return fail(f, E_UNAVAILABLE, NULL,
			    "The database is away; the server tries to reach it again");
	c->c = dial(c);
	PQsetNoticeReceiver(c->c, quiet, NULL);
	r = PQstatus(c->c) == CONNECTION_OK ? configure(c, f) : lost(c, f);
	if (r >= 0 && c->role != PG_MIGRATOR && !PQenterPipelineMode(c->c))
		r = lost(c, f);
	if (r < 0) {
		pg_drop(c);
		if (r == -E_UNAVAILABLE)
			now_down(c);
		return r;
	}
	count_live(c, true);
	now_up(c);
	return 0;
}

/* ---- answers ------------------------------------------------------------------------------ */

static bool wait_readable(PGconn *c, int64_t until_us)
{
	struct pollfd p = {.fd = PQsocket(c), .events = POLLIN};
	int64_t left_us = until_us - time_monotonic_us();
	int n;

	if (left_us <= 0)
		return false;
	n = poll(&p, 1, (int)(left_us / 1000) + 1);
	return n > 0 || (n < 0 && errno == EINTR);
}

int pg_result(struct pg_conn *c, PGresult **ret)
{
	int64_t until_us = time_monotonic_us() + ANSWER_WAIT_MS * 1000LL;

	while (PQisBusy(c->c))
		if (!wait_readable(c->c, until_us) || !PQconsumeInput(c->c)) {
			c->lost = true;
			return -E_UNAVAILABLE;
		}
	*ret = PQgetResult(c->c);
	c->nulls = *ret ? 0 : c->nulls + 1;
	/* One NULL parts two statements; two of them: the answers and we are out of step. */
	if (!*ret && (PQstatus(c->c) == CONNECTION_BAD || c->nulls > 1)) {
		c->lost = true;
		return -E_UNAVAILABLE;
	}
	return 0;
}

/* A statement without parameters and its answer; the tag of the command tells COMMIT from ROLLBACK.
 */
static int simple(struct pg_conn *c, const char *sql, const char *want_tag, struct fault *f)
{
	bool tag_ok = false;
	PGresult *res;
	int r = 0, got;

	if (!PQsendQueryParams(c->c, sql, 0, NULL, NULL, NULL, NULL, 0) || !PQpipelineSync(c->c))
		return lost(c, f);
	for (;;) {
		if ((got = pg_result(c, &res)) < 0)
			return lost(c, f);
		if (!res)
			continue;
		if (PQresultStatus(res) == PGRES_PIPELINE_SYNC) {
			PQclear(res);
			break;
		}
		if (PQresultStatus(res) == PGRES_COMMAND_OK)
			tag_ok = !strcmp(PQcmdStatus(res), want_tag);
		else if (r == 0)
			r = pg_fault(c, res, "Saving", f);
		PQclear(res);
	}
	if (r == 0 && !tag_ok)
		r = fail(f, E_INTERNAL, NULL, "The database gave the transaction up");
	return r;
}

int pg_commit(struct pg_conn *c, struct fault *f)
{
	enum pg_tx_state state = c->state;

	c->state = PG_TX_NONE;
	return state == PG_TX_OPEN ? simple(c, "COMMIT", "COMMIT", f) : 0;
}

void pg_rollback(struct pg_conn *c)
{
	bool open = c->state == PG_TX_OPEN && !c->lost;

	c->state = PG_TX_NONE;
	if (open && simple(c, "ROLLBACK", "ROLLBACK", NULL) < 0)
		c->lost = true;
}
