/* The running system: rooms opened ground first, closed in the opposite order. */
#include "main/system.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "base/id.h"
#include "base/log.h"
#include "document/library.h"
#include "http/http.h"
#include "knowledge/statutes.h"
#include "outreach/feed.h"
#include "outreach/outbox.h"
#include "people/people.h"
#include "process/calendar.h"
#include "process/process.h"
#include "store/blobs.h"
#include "store/config.h"
#include "store/db.h"
#include "store/vault.h"
#include "trust/audit.h"
#include "voice/voice.h"

#define DEFAULT_ZONE "Asia/Shanghai"

/* ---- the catalogue ------------------------------------------------------------------------- */

typedef VEC(const struct native *) native_list;

static void add_natives(native_list *all, const struct native *natives, size_t n)
{
	for (size_t i = 0; i < n; i++)
		VEC_ADD(all, &natives[i]);
}

static void add_native_pointers(native_list *all, const struct native *const *natives, size_t n)
{
	for (size_t i = 0; i < n; i++)
		VEC_ADD(all, natives[i]);
}

int system_catalogue(const char *profile_dir, struct catalogue **ret, struct fault *f)
{
	struct yreport report = {0};
	native_list all = {0};
	int r;

	add_natives(&all, outreach_natives, outreach_n_natives);
	add_natives(&all, trust_natives, trust_n_natives);
	add_natives(&all, people_natives, people_n_natives);
	add_native_pointers(&all, calendar_natives, calendar_natives_count);
	add_native_pointers(&all, process_natives, process_natives_count);
	add_natives(&all, knowledge_natives, knowledge_n_natives);
	add_native_pointers(&all, document_natives, document_natives_count);
	add_natives(&all, voice_natives, voice_n_natives);
	add_natives(&all, import_natives, import_n_natives);
	add_natives(&all, http_natives, http_n_natives);
	r = catalogue_load(profile_dir, all.at, all.n, ret, &report);
	VEC_FREE(&all);
	if (r < 0) {
		fail(f, E_CONFIG, "", "the operations don't load:");
		fprintf(stderr, "%.*s", (int)report.text.len, report.text.p ? report.text.p : "");
	}
	yreport_free(&report);
	return r < 0 ? -E_CONFIG : 0;
}

/* ---- the ground ---------------------------------------------------------------------------- */

/* A server holds the lock of its data folder; a second one is told. */
static int take_lock(struct system *s, struct fault *f)
{
	const char *path = path_join(s->arena, s->env.data_dir, "lexline.lock");

	s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (s->lock_fd < 0)
		return fail(f, E_IO, "", "cannot write to %s", s->env.data_dir);
	if (flock(s->lock_fd, LOCK_EX | LOCK_NB) < 0)
		return fail(f, E_CONFLICT, "",
			    "%s is being served by another process; stop that one first",
			    s->env.data_dir);
	return 0;
}

static int find_folder(struct system *s, const char *data_dir, struct fault *f)
{
	char path[PATH_MAX];

	if (!realpath(data_dir, path) || !file_exists(path_join(s->arena, path, "lexline.yaml")))
		return fail(f, E_CONFIG, "",
			    "%s is no data folder; make one with 'lexline init --data %s --profile "
			    "NAME'",
			    data_dir, data_dir);
	s->env.data_dir = arena_strdup(s->arena, path);
	return 0;
}

static int read_zone(struct system *s, struct fault *f)
{
	struct ynode *profile = NULL;
	struct yreport report = {0};
	const char *name;
	int r;

	r = yaml_load(s->arena, path_join(s->arena, s->env.data_dir, "profile/profile.yaml"),
		      &profile, f);
	if (r < 0)
		return fail_if_silent(f, E_CONFIG, "the profile in %s/profile can't be read",
				      s->env.data_dir);
	name = yaml_text(yaml_get(profile, "zone"), DEFAULT_ZONE, &report);
	s->env.zone = zone_get(name);
	yreport_free(&report);
	return s->env.zone
		       ? 0
		       : fail(f, E_CONFIG, "zone", "profile.yaml: the zone '%s' is unknown", name);
}

static unsigned cores(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : (unsigned)n;
}

static int open_store(struct system *s, bool clients, struct db **ret, struct fault *f)
{
	const struct config *c = s->env.config;
	const char *url = clients ? c->clients_url : c->db_url;
	struct db_options o = {
		.name = clients ? "clients" : "cases",
		.schema = clients ? "clients" : "lexline",
		.zone = zone_name(s->env.zone),
		.read_only = s->mode == SYSTEM_LOOK,
		.writers = c->db_connections > 0 ? c->db_connections : 16,
		.readers = c->workers > 0 ? c->workers : (int)(2 * cores() + 2),
	};
	int r;

	if (clients && !url)
		url = c->db_url;
	o.url = url ? url
		    : path_join(s->arena, s->env.data_dir, clients ? "clients.db" : "lexline.db");
	if (clients && url) /* few writes: client master data */
		o.writers = o.writers < 4 ? o.writers : 4;
	if ((r = db_open(&o, s->env.ops, ret, f)) < 0 || s->mode == SYSTEM_LOOK)
		return r;
	if ((r = db_migrate(*ret, f)) < 0)
		return r;
	db_on_commit(*ret, audit_link, NULL);
	return vault_attach(s->env.vault, *ret, f);
}

static int open_ground(struct system *s, const char *data_dir, struct fault *f)
{
	struct env *env = &s->env;
	const char *profile;
	struct config *config;
	int r;

	if ((r = find_folder(s, data_dir, f)) < 0 ||
	    (s->mode == SYSTEM_SERVE && (r = take_lock(s, f)) < 0) ||
	    (r = config_load(s->arena, env->data_dir, &config, f)) < 0)
		return r;
	env->config = config;
	id_set_node((unsigned)config->node);
	profile = path_join(s->arena, env->data_dir, "profile");
	if ((r = read_zone(s, f)) < 0 || (r = system_catalogue(profile, &env->ops, f)) < 0 ||
	    (r = vault_open(config, &env->vault, f)) < 0 ||
	    (r = open_store(s, false, &env->db, f)) < 0 ||
	    (r = open_store(s, true, &env->clients, f)) < 0)
		return r;
	return blobs_open(path_join(s->arena, env->data_dir, "blobs"), env->vault, &env->blobs, f);
}

/* ---- the rooms above ----------------------------------------------------------------------- */

static int open_rooms(struct system *s, struct fault *f)
{
	struct env *env = &s->env;
	int r;

	if ((r = feed_new(env, &env->feed, f)) < 0 || (r = people_open(env, &env->people, f)) < 0 ||
	    (r = calendars_open(env, &env->calendars, f)) < 0 ||
	    (r = process_lib_open(env, &env->process, f)) < 0 ||
	    (r = templates_open(env, &env->templates, f)) < 0)
		return r;
	env->case_seen = process_sees;
	calendars_on_change(env->calendars, clocks_recompute);
	return 0;
}

static int start_jobs(struct system *s, struct fault *f)
{
	struct env *env = &s->env;
	int r;

	if ((r = statutes_start(env, &env->statutes, f)) < 0 ||
	    (r = audit_start(env, &env->audit, f)) < 0 || (r = outbox_start(env, &env->outbox, f)) < 0 ||
	    (r = scheduler_start(env->process)) < 0)
		return r;
	return 0;
}

int system_open(const char *data_dir, enum system_mode mode, struct system **ret, struct fault *f)
{
	struct arena *arena = arena_new();
	struct system *s = ARENA_NEW(arena, struct system);
	int r;

	s->arena = arena;
	s->mode = mode;
	s->lock_fd = -1;
	if ((r = open_ground(s, data_dir, f)) < 0 ||
	    (mode != SYSTEM_LOOK && (r = open_rooms(s, f)) < 0) ||
	    (mode == SYSTEM_SERVE && (r = start_jobs(s, f)) < 0)) {
		system_close(s);
		return r;
	}
	*ret = s;
	return 0;
}

void system_close(struct system *s)
{
	struct env *env;

	if (!s)
		return;
	env = &s->env;
	if (env->process)
		scheduler_stop(env->process);
	outbox_stop(env->outbox);
	audit_stop(env->audit);
	if (env->statutes)
		statutes_stop(env->statutes);
	if (env->calendars)
		calendars_close(env->calendars);
	/* what is still queued calls done, which wakes the feed: stores before it */
	if (env->clients)
		db_close(env->clients);
	if (env->db)
		db_close(env->db);
	templates_close(env->templates);
	process_lib_close(env->process);
	outbox_free(env->outbox);
	audit_free(env->audit);
	people_close(env->people);
	feed_free(env->feed);
	if (env->blobs)
		blobs_close(env->blobs);
	if (env->vault)
		vault_close(env->vault);
	if (env->ops)
		catalogue_free(env->ops);
	if (s->lock_fd >= 0)
		close(s->lock_fd);
	arena_free(s->arena);
}

void system_closep(struct system **s)
{
	system_close(*s);
}
