/* The pages, from the files built into the binary: the console at /, each other site below its name. */
#include "http/server.h"

#include "base/assets.h"

/* Scripts and styles only from here; Element Plus sets style attributes; drawings are inline SVG.
 */
#define PAGE_POLICY                                                                                \
	"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' " \
	"data: blob:; "                                                                            \
	"font-src 'self'; connect-src 'self'; media-src 'self' blob:; worker-src 'self'; "         \
	"frame-src blob:; object-src blob:; " /* previews of documents, in the browser's own viewer */     \
	"manifest-src 'self'; "                                                                    \
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

static const char *media_type(const char *path)
{
	static const struct {
		const char *end, *type;
	} types[] = {
		{".html", "text/html; charset=utf-8"},
		{".js", "text/javascript; charset=utf-8"},
		{".mjs", "text/javascript; charset=utf-8"},
		{".css", "text/css; charset=utf-8"},
		{".json", "application/json"},
		{".map", "application/json"},
		{".webmanifest", "application/manifest+json"},
		{".svg", "image/svg+xml"},
		{".png", "image/png"},
		{".ico", "image/x-icon"},
		{".woff2", "font/woff2"},
		{".wasm", "application/wasm"},
		{".txt", "text/plain; charset=utf-8"},
	};
	size_t len = strlen(path);

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		size_t n = strlen(types[i].end);

		if (len > n && !strcmp(path + len - n, types[i].end))
			return types[i].type;
	}
	return "application/octet-stream";
}

/* Where web/NAME is served: the first whose address begins the path. */
static const struct site {
	const char *address, *root;
} sites[] = {
	{"/portal", "web/portal"},
	{"", "web/console"},
};

static const struct site *site_of(struct str path)
{
	const struct site *s = sites;
	size_t n;

	/* "/portal" and "/portal/…", not "/portalists" */
	while ((n = strlen(s->address)) > 0 &&
	       (path.len < n || memcmp(path.p, s->address, n) != 0 || (path.len > n && path.p[n] != '/')))
		s++;
	return s;
}

static const struct asset *find(struct request *q, const char **ret_path)
{
	const struct site *s = site_of(q->path);
	struct str rest = {q->path.p + strlen(s->address), q->path.len - strlen(s->address)};
	const char *path = arena_printf(q->ctx.arena, "%s%.*s", s->root, STR_FMT(rest));
	const struct asset *a = strstr(path, "..") ? NULL : asset_get(path);

	/* A page of the site's own router: its index. A missing file stays missing. */
	if (!a && !strchr(strrchr(path, '/'), '.')) {
		path = arena_printf(q->ctx.arena, "%s/index.html", s->root);
		a = asset_get(path);
	}
	*ret_path = path;
	return a;
}

static bool accepts_gzip(const struct request *q)
{
	const char *accept = request_header(q, "Accept-Encoding");
	const char *p = accept ? strstr(accept, "gzip") : NULL;

	return p && strncmp(p, "gzip;q=0", 8) != 0;
}

/* Vite names files in assets/ by their content: they never change. */
static const char *cache_control(const char *path)
{
	return strstr(path, "/assets/") ? "public, max-age=31536000, immutable" : "no-cache";
}

static struct MHD_Response *response_of(struct str data)
{
	struct MHD_Response *r =
		MHD_create_response_from_buffer(data.len, (void *)data.p, MHD_RESPMEM_PERSISTENT);

	if (!r)
		abort();
	return r;
}

static mhd_result not_modified(struct request *q, const char *etag, const char *path)
{
	struct MHD_Response *r = response_of(STR(""));

	reply_header(r, "ETag", etag);
	reply_header(r, "Cache-Control", cache_control(path));
	return reply_queue(q, 304, r);
}

/* FNV-1a over the bytes: a name for a version, not a signature. */
static const char *etag_of(struct request *q, const struct asset *a)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < a->data.len; i++)
		h = (h ^ (unsigned char)a->data.p[i]) * 0x100000001b3u;
	return arena_printf(q->ctx.arena, "\"%016llx\"", (unsigned long long)h);
}

mhd_result static_send(struct request *q)
{
	const char *path, *match = request_header(q, "If-None-Match"), *etag;
	const struct asset *a = find(q, &path), *gz;
	struct MHD_Response *r;

	if (!a) {
		q->err = ctx_fail(&q->ctx, E_NOT_FOUND, "", "There is no page at this address");
		return reply_send(q);
	}
	gz = accepts_gzip(q) ? asset_get(arena_printf(q->ctx.arena, "%s.gz", path)) : NULL;
	etag = strstr(path, "/assets/")
		       ? arena_printf(q->ctx.arena, "\"%s\"", strrchr(path, '/') + 1)
		       : etag_of(q, a);
	if (match && strstr(match, etag))
		return not_modified(q, etag, path);
	r = response_of(gz ? gz->data : a->data);
	reply_header(r, "Content-Type", media_type(path));
	reply_header(r, "Cache-Control", cache_control(path));
	reply_header(r, "ETag", etag);
	reply_header(r, "Vary", "Accept-Encoding");
	if (gz)
		reply_header(r, "Content-Encoding", "gzip");
	if (!strncmp(media_type(path), "text/html", 9))
		reply_header(r, "Content-Security-Policy", PAGE_POLICY);
	return reply_queue(q, 200, r);
}
