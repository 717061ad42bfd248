/* `voice:` of lexline.yaml. */
#include "voice/hotline.h"

#include <sys/stat.h>

#include "base/file.h"
#include "store/config.h"

struct reader {
	struct arena *a;
	struct voice_config *v;
	struct yreport *r;
	const char *dir; /**< of the data folder: secrets beside lexline.yaml */
};

static const char *const transports[] = {"udp", "tcp", "tls", NULL};

static int port_of(enum sip_transport t)
{
	return t == TRANSPORT_TLS ? 5061 : 5060;
}

/* HOST[:PORT][;transport=udp|tcp|tls]. HOST is an address: what to listen on isn't looked up. */
static int parse_listen(struct arena *a, const char *text, struct voice_listen *ret)
{
	const char *semi = strchr(text, ';');
	char *host = semi ? arena_strndup(a, text, (size_t)(semi - text)) : arena_strdup(a, text);
	int t = 0;

	if (semi) {
		if (strncmp(semi, ";transport=", 11) != 0)
			return -E_INVALID;
		for (t = 0; transports[t] && strcmp(transports[t], semi + 11) != 0; t++)
			;
		if (!transports[t])
			return -E_INVALID;
	}
	ret->transport = (enum sip_transport)t;
	if (sa_decode(&ret->address, host, strlen(host)) == 0)
		return 0;
	if (sa_set_str(&ret->address, host, (uint16_t)port_of(ret->transport)) == 0)
		return 0;
	return -E_INVALID;
}

static void read_listen(struct reader *r, const struct ynode *n, const char *const *more)
{
	VEC(struct voice_listen) all = {0};
	size_t count = 0;
	const char **listed = yaml_list(r->a, n, &count, r->r);
	struct voice_listen l;

	for (size_t i = 0; i < count; i++)
		if (parse_listen(r->a, listed[i], &l) == 0)
			VEC_ADD(&all, l);
		else
			yreport_add(r->r, n, "'%s' is no ADDRESS:PORT[;transport=udp|tcp|tls]", listed[i]);
	for (; more && *more; more++)
		if (parse_listen(r->a, *more, &l) == 0)
			VEC_ADD(&all, l);
		else
			yreport_add(r->r, NULL, "--sip %s: expected ADDRESS:PORT[;transport=udp|tcp|tls]", *more);
	r->v->listen = all.n ? arena_memdup(r->a, all.at, all.n * sizeof(*all.at)) : NULL;
	r->v->n_listen = all.n;
	VEC_FREE(&all);
}

static const char *in_dir(struct reader *r, const char *path)
{
	return path && path[0] != '/' ? path_join(r->a, r->dir, path) : path;
}

/* A secret is a file only its owner reads. */
static const char *read_secret(struct reader *r, const struct ynode *n)
{
	const char *path = in_dir(r, yaml_text(n, NULL, r->r));
	struct stat st;
	struct str text;
	struct fault f = {0};

	if (!path)
		return NULL;
	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode) || (st.st_mode & 077)) {
		yreport_add(r->r, n, "%s must be a file that only its owner can read (chmod 600)", path);
		return NULL;
	}
	if (file_read(r->a, path, 4096, &text, &f) < 0) {
		yreport_add(r->r, n, "%s", f.detail);
		return NULL;
	}
	text = str_trim(text);
	return arena_strndup(r->a, text.p, text.len);
}

static void read_trunk(struct reader *r, const struct ynode *at, struct voice_trunk *t)
{
	static const char *const keys[] = {"server", "transport", "register", "user", "auth_user", "password_file",
					   "domain", "from", "allow", "dial", "srtp", "max_calls", "ping_s", "country",
					   "area", "national", NULL};
	const char *host;
	size_t n;

	yaml_only(at, keys, r->r);
	t->name = at->key;
	t->server = yaml_text(yaml_get(at, "server"), "", r->r);
	if (!*t->server)
		yreport_add(r->r, at, "the trunk '%s' needs 'server: HOST[:PORT]'", at->key);
	t->transport = (enum sip_transport)yaml_enum(yaml_get(at, "transport"), transports, 0, r->r);
	t->registers = yaml_bool(yaml_get(at, "register"), false, r->r);
	t->user = yaml_text(yaml_get(at, "user"), NULL, r->r);
	t->auth_user = yaml_text(yaml_get(at, "auth_user"), t->user, r->r);
	t->password = read_secret(r, yaml_get(at, "password_file"));
	if (t->registers && (!t->user || !t->password))
		yreport_add(r->r, at, "a trunk that registers needs 'user' and 'password_file'");
	host = strchr(t->server, ':') && t->server[0] != '[' ? arena_strndup(r->a, t->server, strcspn(t->server, ":"))
							     : t->server;
	t->domain = yaml_text(yaml_get(at, "domain"), host, r->r);
	t->from = yaml_text(yaml_get(at, "from"), t->user, r->r);
	t->allow = yaml_list(r->a, yaml_get(at, "allow"), &n, r->r);
	t->dial = yaml_list(r->a, yaml_get(at, "dial"), &n, r->r);
	t->srtp = yaml_bool(yaml_get(at, "srtp"), false, r->r);
	t->max_calls = (int)yaml_int(yaml_get(at, "max_calls"), 1, 100000, 1000, r->r);
	t->ping_s = (int)yaml_int(yaml_get(at, "ping_s"), 0, 3600, 30, r->r);
	t->country = yaml_text(yaml_get(at, "country"), "+86", r->r);
	t->national = yaml_bool(yaml_get(at, "national"), false, r->r);
	t->area = yaml_text(yaml_get(at, "area"), "", r->r);
	if (t->srtp && t->transport != TRANSPORT_TLS)
		yreport_add(r->r, at, "srtp needs 'transport: tls': its keys travel in the signalling");
}

static void read_trunks(struct reader *r, const struct ynode *map)
{
	size_t n = map && map->kind == Y_MAP ? map->n_kids : 0;
	struct voice_trunk *all = ARENA_ARRAY(r->a, struct voice_trunk, n + 1);

	if (map && map->kind != Y_MAP)
		yreport_add(r->r, map, "'trunks' is a map of names");
	for (size_t i = 0; i < n; i++)
		read_trunk(r, map->kids[i], &all[i]);
	r->v->trunks = all;
	r->v->n_trunks = n;
}

static void read_rtp(struct reader *r, const struct ynode *n)
{
	const char *text = yaml_text(n, "20000-29999", r->r);
	unsigned min = 0, max = 0;

	if (sscanf(text, "%5u-%5u", &min, &max) != 2 || min < 1024 || max > 65535 || max < min + 100) {
		yreport_add(r->r, n, "'rtp' is a range of ports, FIRST-LAST, of a hundred at least");
		return;
	}
	r->v->rtp_min = (uint16_t)min;
	r->v->rtp_max = (uint16_t)max;
}

int voice_config_load(struct arena *a, const struct config *c, const char *const *sip, struct voice_config **ret,
		      struct fault *f)
{
	static const char *const keys[] = {"listen", "trunks", "external", "rtp", "tls", "phones", "realm", "max_calls",
					   "calls_per_source_s", "drain_s", NULL};
	static const char *const tls_keys[] = {"certificate", "key", "authorities", NULL};
	const struct ynode *top = c->voice, *tls = yaml_get(top, "tls");
	CLEANUP(yreport_free) struct yreport report = {0};
	struct reader r = {.a = a, .v = ARENA_NEW(a, struct voice_config), .r = &report};
	const char *slash = strrchr(c->path, '/');

	r.dir = slash ? arena_strndup(a, c->path, (size_t)(slash - c->path)) : ".";
	if (top)
		yaml_only(top, keys, &report);
	read_listen(&r, yaml_get(top, "listen"), sip);
	read_trunks(&r, yaml_get(top, "trunks"));
	r.v->external = yaml_text(yaml_get(top, "external"), NULL, &report);
	read_rtp(&r, yaml_get(top, "rtp"));
	if (tls)
		yaml_only(tls, tls_keys, &report);
	r.v->tls_cert = in_dir(&r, yaml_text(yaml_get(tls, "certificate"), c->tls_cert, &report));
	r.v->tls_key = in_dir(&r, yaml_text(yaml_get(tls, "key"), c->tls_key, &report));
	r.v->tls_ca = in_dir(&r, yaml_text(yaml_get(tls, "authorities"), NULL, &report));
	r.v->phones = yaml_bool(yaml_get(top, "phones"), true, &report);
	r.v->realm = yaml_text(yaml_get(top, "realm"), "lexline", &report);
	r.v->max_calls = (int)yaml_int(yaml_get(top, "max_calls"), 1, 100000, 1000, &report);
	r.v->calls_per_source_s = (int)yaml_int(yaml_get(top, "calls_per_source_s"), 1, 10000, 20, &report);
	r.v->drain_s = (int)yaml_int(yaml_get(top, "drain_s"), 0, 86400, 300, &report);
	if (report.n)
		return fail(f, E_CONFIG, "voice", "%.*s", STR_FMT(str_trim(buf_str(&report.text))));
	*ret = r.v;
	return 0;
}
