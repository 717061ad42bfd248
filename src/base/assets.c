#include <pthread.h>

#include "base/assets.h"
#include "base/assets_table.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"

#define FILE_MAX_BYTES ((size_t)64 << 20)

/* Both sources end as the same thing: an array sorted by path, made once. */
static struct asset *assets;
static size_t n_assets;
static pthread_once_t loaded = PTHREAD_ONCE_INIT;

static void load_built_in(void)
{
	n_assets = assets_count;
	assets = mem_new(mem_product(n_assets, sizeof(*assets)));
	for (size_t i = 0; i < n_assets; i++) {
		assets[i].path = assets_rows[i].path;
		assets[i].data = (struct str){assets_data + assets_rows[i].offset, assets_rows[i].len};
	}
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct asset *)a)->path, ((const struct asset *)b)->path);
}

typedef VEC(struct asset) asset_vec;

/* Files below root/folder under the names prefix/…; a folder that isn't there holds nothing. */
static void load_folder(struct arena *a, const char *root, const char *folder, const char *prefix, asset_vec *into)
{
	const char *dir = path_join(a, root, folder), **names;
	struct fault f = {0};
	size_t n = 0;

	if (!file_is_dir(dir))
		return;
	if (file_list(a, dir, true, &names, &n, &f) < 0)
		log_fault(LOG_ERROR, "assets.unreadable", &f);
	for (size_t i = 0; i < n; i++) {
		struct asset one = {.path = path_join(a, prefix, names[i])};

		if (file_read(a, path_join(a, dir, names[i]), FILE_MAX_BYTES, &one.data, &f) < 0)
			log_fault(LOG_ERROR, "assets.unreadable", &f);
		else
			VEC_ADD(into, one);
	}
}

/* The arena is never released: assets live as long as the process. */
static void load_checkout(const char *root)
{
	static struct arena *a;
	const char **sites, *web;
	asset_vec found = {0};
	size_t n = 0;

	a = arena_new();
	load_folder(a, root, "modules", "modules", &found);
	load_folder(a, root, "profiles", "profiles", &found);
	web = path_join(a, root, "web");
	if (file_is_dir(web) && file_list(a, web, false, &sites, &n, NULL) < 0)
		n = 0;
	for (size_t i = 0; i < n; i++)
		load_folder(a, root, arena_printf(a, "web/%s/dist", sites[i]),
			    arena_printf(a, "web/%s", sites[i]), &found);
	if (found.n)
		qsort(found.at, found.n, sizeof(found.at[0]), by_path);
	assets = found.at;
	n_assets = found.n;
}

static void load(void)
{
	const char *root = getenv("LEXLINE_ROOT");

	if (root && root[0])
		load_checkout(root);
	else
		load_built_in();
}

/* Index of the first asset whose path is not before @p path. */
static size_t lower_bound(const char *path)
{
	size_t low = 0, high;

	pthread_once(&loaded, load);
	for (high = n_assets; low < high;) {
		size_t middle = (low + high) / 2;

		if (strcmp(assets[middle].path, path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct asset *asset_get(const char *path)
{
	size_t i = lower_bound(path);

	return i < n_assets && strcmp(assets[i].path, path) == 0 ? &assets[i] : NULL;
}

size_t asset_list(struct arena *a, const char *prefix, const struct asset ***ret)
{
	size_t from = lower_bound(prefix), to = from;

	while (to < n_assets && strncmp(assets[to].path, prefix, strlen(prefix)) == 0)
		to++;
	*ret = ARENA_ARRAY(a, const struct asset *, to - from);
	for (size_t i = from; i < to; i++)
		(*ret)[i - from] = &assets[i];
	return to - from;
}
