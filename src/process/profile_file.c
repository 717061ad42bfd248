/* The files of a profile, from a folder or from those built in. */
#include "base/assets.h"
#include "base/file.h"
#include "process/calendar_impl.h"
#include "process/profile.h"

#define FILE_MAX ((size_t)4 << 20)

static int read_text(struct arena *a, const char *profile, const char *name, const char **ret_path,
		     struct str *ret, struct fault *f)
{
	const struct asset *asset;

	if (strchr(profile, '/') || file_is_dir(profile)) {
		*ret_path = path_join(a, profile, name);
		return file_read(a, *ret_path, FILE_MAX, ret, f);
	}
	*ret_path = arena_printf(a, "profiles/%s/%s", profile, name);
	if (!(asset = asset_get(*ret_path)))
		return fail(f, E_NOT_FOUND, "profile", "there is no %s", *ret_path);
	*ret = asset->data;
	return 0;
}

int profile_file(struct arena *a, const char *profile, const char *name, struct ynode **ret,
		 struct yreport *report)
{
	struct fault f = {0};
	const char *path = name;
	struct str text;
	int r;

	if ((r = read_text(a, profile, name, &path, &text, &f)) < 0 ||
	    (r = yaml_parse(a, text, path, ret, &f)) < 0) {
		struct ynode at = {.file = path, .line = 1};

		yreport_add(report, &at, "%s", f.detail);
	}
	return r;
}

int calendar_set_load_profile(const char *profile, struct calendar_set **ret,
			      struct yreport *report)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct ynode *head, *calendars;
	const char *zone;
	int r;

	if ((r = profile_file(a, profile, "profile.yaml", &head, report)) < 0 ||
	    (r = profile_file(a, profile, "calendar.yaml", &calendars, report)) < 0)
		return r;
	zone = yaml_text(yaml_get(head, "zone"), "Asia/Shanghai", report);
	return calendar_set_from_yaml(calendars, zone, ret, report);
}

/* ---- copies -------------------------------------------------------------------------------- */

static int copy_one(struct arena *a, const char *dir, const char *name, struct str text,
		    struct fault *f)
{
	char *path = path_join(a, dir, name);
	char *slash = strrchr(path, '/');
	int r;

	*slash = '\0';
	r = file_mkdirs(path, 0750, f);
	*slash = '/';
	return r < 0 ? r : file_write(path, text, 0640, f);
}

static int copy_folder(struct arena *a, const char *from, const char *dir, struct fault *f)
{
	const char **names;
	size_t n;
	int r = file_list(a, from, true, &names, &n, f);

	for (size_t i = 0; r == 0 && i < n; i++) {
		struct str text;

		if ((r = file_read(a, path_join(a, from, names[i]), FILE_MAX, &text, f)) == 0)
			r = copy_one(a, dir, names[i], text, f);
	}
	return r;
}

static int copy_built_in(struct arena *a, const char *profile, const char *dir, struct fault *f)
{
	char *prefix = arena_printf(a, "profiles/%s/", profile);
	const struct asset **assets;
	size_t n = asset_list(a, prefix, &assets);
	int r = 0;

	if (!n)
		return fail(f, E_NOT_FOUND, "profile", "there is no profile '%s'", profile);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = copy_one(a, dir, assets[i]->path + strlen(prefix), assets[i]->data, f);
	return r;
}

int profile_copy(const char *profile, const char *dir, struct fault *f)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();

	if (strchr(profile, '/') || file_is_dir(profile))
		return copy_folder(a, profile, dir, f);
	return copy_built_in(a, profile, dir, f);
}

const char **profile_names(struct arena *a)
{
	const struct asset **assets;
	size_t n = asset_list(a, "profiles/", &assets), count = 0;
	const char **names = ARENA_ARRAY(a, const char *, n + 1);

	for (size_t i = 0; i < n; i++) {
		struct str rest = str_of(assets[i]->path), piece;

		if (str_split(&rest, '/', &piece) && str_split(&rest, '/', &piece) &&
		    str_is(rest, "profile.yaml"))
			names[count++] = arena_strndup(a, piece.p, piece.len);
	}
	return names;
}
