#include "people/world.h"

#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "http/http.h"
#include "outreach/feed.h"
#include "outreach/outbox.h"
#include "store/vault.h"
#include "support/temp_store.h"
#include "trust/audit.h"

json_t *reply;
struct fault fault;
char cookie[256];
int64_t world_now_ms;
const char *world_ip = "192.0.2.1";

static void load_operations(struct world *w)
{
	const struct native *natives[64];
	struct yreport report = {0};
	size_t n = 0;

	for (size_t i = 0; i < people_n_natives; i++)
		natives[n++] = &people_natives[i];
	for (size_t i = 0; i < http_n_natives; i++) /* of the module platform */
		natives[n++] = &http_natives[i];
	for (size_t i = 0; i < outreach_n_natives; i++)
		natives[n++] = &outreach_natives[i];
	for (size_t i = 0; i < trust_n_natives; i++)
		natives[n++] = &trust_natives[i];
	if (catalogue_load(NULL, natives, n, &w->env.ops, &report) < 0)
		fail_msg("operations: %s", report.text.p);
	yreport_free(&report);
}

static struct db *open_db(struct world *w, const char *name, enum db_kind kind)
{
	static int count;
	char url[256], schema[48];
	struct db_options o = {.name = name,
			       .url = url,
			       .schema = schema,
			       .zone = "Asia/Shanghai",
			       .writers = 4,
			       .readers = 4};
	struct fault f = {0};
	struct db *db;

	snprintf(schema, sizeof(schema), "w_%ld_%d", (long)getpid(), ++count);
	if (kind == DB_SQLITE)
		snprintf(url, sizeof(url), "%s/%s.db", w->dir, name);
	else
		snprintf(url, sizeof(url), "%s", temp_pg_url());
	if (db_open(&o, w->env.ops, &db, &f) < 0 || db_migrate(db, &f) < 0)
		fail_msg("opening %s: %s", name, f.detail);
	db_on_commit(db, audit_link, NULL);
	return db;
}

static void open_vault(struct world *w)
{
	struct config *config = &w->config;
	struct fault f = {0};

	snprintf(w->key_file, sizeof(w->key_file), "%s/master.key", w->dir);
	config->key_file = w->key_file;
	w->env.config = config;
	if (vault_create_master(w->key_file, &f) < 0 || vault_open(config, &w->env.vault, &f) < 0 ||
	    vault_attach(w->env.vault, w->env.db, &f) < 0 ||
	    vault_attach(w->env.vault, w->env.clients, &f) < 0)
		fail_msg("vault: %s", f.detail);
}

static void count_feed(void *arg)
{
	((struct world *)arg)->feed_count++;
}

static void plant_orgs(struct world *w)
{
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(&w->env);

	if (people_add_org(ctx, 0, "省", "province", &w->province) < 0 ||
	    people_add_org(ctx, w->province, "县", "county", &w->county) < 0 ||
	    people_add_org(ctx, 0, "他省", "province", &w->other) < 0)
		fail_msg("organisations: %s", ctx->fault.detail);
}

void world_open(struct world *w, enum db_kind kind)
{
	struct fault f = {0};

	log_set_level(LOG_WARN);
	memset(w, 0, sizeof(*w));
	world_now_ms = 0;
	temp_modules((const char *const[]){"platform", "people", "clients", "cases/schema", "training", NULL});
	snprintf(w->dir, sizeof(w->dir), "/tmp/lexline-test-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	w->env.data_dir = w->dir;
	load_operations(w);
	w->env.db = open_db(w, "cases", kind);
	w->env.clients = open_db(w, "clients", kind);
	open_vault(w);
	if (feed_new(&w->env, &w->env.feed, &f) < 0 || people_open(&w->env, &w->env.people, &f) < 0)
		fail_msg("opening: %s", f.detail);
	feed_on_commit(w->env.feed, count_feed, w);
	plant_orgs(w);
}

void world_close(struct world *w)
{
	struct fault f = {0};

	json_decrefp(&reply);
	reply = NULL;
	people_close(w->env.people);
	db_close(w->env.clients);
	db_close(w->env.db);
	vault_close(w->env.vault);
	feed_free(w->env.feed);
	catalogue_free(w->env.ops);
	if (file_remove_tree(w->dir, &f) < 0)
		fail_msg("%s", f.detail);
}

/* ---- calling ------------------------------------------------------------------------------ */

static void keep_reply(struct call *call)
{
	json_decrefp(&reply);
	reply = NULL;
	fault = call->ctx->fault;
	cookie[0] = 0;
	for (size_t i = 0; i < call->reply.headers.n; i++)
		snprintf(cookie, sizeof(cookie), "%s", call->reply.headers.at[i].value);
}

static int bind_and_call(struct call *call, const char *json)
{
	CLEANUP(json_decrefp) json_t *body = NULL;
	int r;

	if (json_parse(str_of(json), &body, &call->ctx->fault) < 0)
		fail_msg("the test's JSON: %s", call->ctx->fault.detail);
	if ((r = op_bind(call, NULL, 0, body)) < 0)
		return r;
	r = gate_call_wait(call);
	call->body = NULL;
	return r;
}

static void parse_reply(struct call *call)
{
	struct fault f = {0};

	if (!call->reply.body.len)
		return;
	if (json_parse(buf_str(&call->reply.body), &reply, &f) < 0)
		fail_msg("%s answers no JSON: %s\n%s", call->op->name, f.detail,
			 call->reply.body.p);
	if (op_check_reply(call->op, reply, &f) < 0)
		fail_msg("%s answers otherwise than it says: %s %s\n%s", call->op->name, f.field,
			 f.detail, call->reply.body.p);
}

int world_call(struct world *w, const char *token, const char *op, const char *json)
{
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(&w->env);
	struct call call = {.ctx = ctx, .op = catalogue_find(w->env.ops, op)};
	int r = 0;

	if (!call.op)
		fail_msg("there is no operation %s", op);
	if (world_now_ms)
		ctx->now_ms = world_now_ms;
	ctx->actor = (struct actor){.ip = world_ip};
	if (token[0])
		r = people_session(ctx, str_of(token), NULL);
	if (r == 0)
		r = bind_and_call(&call, json);
	keep_reply(&call);
	if (r == 0)
		parse_reply(&call);
	call_release(&call);
	return r;
}

const char *reply_text(const char *key)
{
	const char *s = json_string_value(json_object_get(reply, key));

	if (!s)
		fail_msg("the reply has no text '%s'", key);
	return s;
}

const char *reply_dump(void)
{
	static char *text;

	free(text);
	return text = json_dumps(reply, 0);
}

int64_t reply_id(const char *key)
{
	return strtoll(reply_text(key), NULL, 10);
}

int world_sign_in(struct world *w, struct person *p, const char *password, const char *otp)
{
	char json[512];
	int r;

	snprintf(json, sizeof(json), "{\"name\":\"%s\",\"password\":\"%s\"%s%s%s}", p->name,
		 password, otp ? ",\"otp\":\"" : "", otp ? otp : "", otp ? "\"" : "");
	r = world_call(w, "", "session.sign_in", json);
	if (r == 0 && sscanf(cookie, "lexline=%63[^;]", p->token) != 1)
		fail_msg("signed in without a cookie");
	return r;
}

void world_person(struct world *w, struct person *p, int64_t org_id, const char *name,
		  const char *role)
{
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(&w->env);
	const char *roles[] = {role, NULL}, *password;
	struct person_new n = {.name = name, .org_id = org_id, .roles = roles};

	memset(p, 0, sizeof(*p));
	if (people_add(ctx, &n, &p->id, &password) < 0)
		fail_msg("adding %s: %s", name, ctx->fault.detail);
	p->org_id = org_id;
	p->name = name;
	snprintf(p->password, sizeof(p->password), "%s", password);
	if (world_sign_in(w, p, p->password, NULL) < 0)
		fail_msg("signing in %s: %s", name, fault.detail);
}
