#include "store/config.h"

#include "base/file.h"
#include "base/id.h"

/* The PostgreSQL function new_id() makes its ids as this node (migrate_pg.c); no process may. */
#define NODE_MAX 1022

static const char *const config_keys[] = {"profile",
					  "database",
					  "clients_database",
					  "database_connections",
					  "listen",
					  "public_url",
					  "tls",
					  "threads",
					  "workers",
					  "node",
					  "keys",
					  "upload_max",
					  "outreach",
					  "people",
					  "voice",
					  NULL};
static const char *const tls_keys[] = {"certificate", "key", NULL};
static const char *const key_keys[] = {"file", "command", NULL};

static const char *in_dir(struct arena *a, const char *dir, const char *path)
{
	return path && path[0] != '/' ? path_join(a, dir, path) : path;
}

static void check_url(const struct ynode *n, const char *url, struct yreport *report)
{
	if (url && !str_starts(str_of(url), STR("postgresql://")) &&
	    !str_starts(str_of(url), STR("postgres://")))
		yreport_add(
			report, n,
			"expected postgresql://…; without this line the data lies in SQLite files");
}

static void read_store(struct config *c, const struct ynode *top, struct yreport *report)
{
	c->profile = yaml_text(yaml_get(top, "profile"), "demo", report);
	c->db_url = yaml_text(yaml_get(top, "database"), NULL, report);
	check_url(yaml_get(top, "database"), c->db_url, report);
	c->clients_url = yaml_text(yaml_get(top, "clients_database"), NULL, report);
	check_url(yaml_get(top, "clients_database"), c->clients_url, report);
	c->db_connections =
		(int)yaml_int(yaml_get(top, "database_connections"), 1, 200, 16, report);
	c->node = (int)yaml_int(yaml_get(top, "node"), 0, NODE_MAX, 0, report);
	c->upload_max_bytes =
		yaml_int(yaml_get(top, "upload_max"), 1024, INT64_MAX, 2LL << 30, report);
}

static void read_http(struct config *c, struct arena *a, const char *dir, const struct ynode *top,
		      struct yreport *report)
{
	const struct ynode *tls = yaml_get(top, "tls");

	c->listen = yaml_text(yaml_get(top, "listen"), "127.0.0.1:8080", report);
	c->public_url = yaml_text(yaml_get(top, "public_url"), "", report);
	c->http_threads = (int)yaml_int(yaml_get(top, "threads"), 0, 64, 0, report);
	c->workers = (int)yaml_int(yaml_get(top, "workers"), 0, 256, 0, report);
	if (tls)
		yaml_only(tls, tls_keys, report);
	c->tls_cert = in_dir(a, dir, yaml_text(yaml_get(tls, "certificate"), NULL, report));
	c->tls_key = in_dir(a, dir, yaml_text(yaml_get(tls, "key"), NULL, report));
	if (!c->tls_cert != !c->tls_key)
		yreport_add(report, tls, "tls needs both, certificate and key");
}

static void read_keys(struct config *c, struct arena *a, const char *dir, const struct ynode *top,
		      struct yreport *report)
{
	const struct ynode *keys = yaml_get(top, "keys");

	if (keys)
		yaml_only(keys, key_keys, report);
	c->key_command = yaml_text(yaml_get(keys, "command"), NULL, report);
	c->key_file = in_dir(a, dir, yaml_text(yaml_get(keys, "file"), "master.key", report));
}

int config_load(struct arena *a, const char *data_dir, struct config **ret, struct fault *f)
{
	struct config *c = ARENA_NEW(a, struct config);
	CLEANUP(yreport_free) struct yreport report = {0};
	struct ynode *top;
	int r;

	c->path = path_join(a, data_dir, "lexline.yaml");
	if (!file_exists(c->path))
		return fail(f, E_CONFIG, NULL,
			    "There is no %s; make it with: lexline init --data %s --profile NAME",
			    c->path, data_dir);
	if ((r = yaml_load(a, c->path, &top, f)) < 0)
		return r;
	yaml_only(top, config_keys, &report);
	read_store(c, top, &report);
	read_http(c, a, data_dir, top, &report);
	read_keys(c, a, data_dir, top, &report);
	c->outreach = yaml_get(top, "outreach");
	c->people = yaml_get(top, "people");
	c->voice = yaml_get(top, "voice");
	if (report.n)
		return fail(f, E_CONFIG, NULL, "%.*s", STR_FMT(str_trim(buf_str(&report.text))));
	*ret = c;
	return 0;
}
