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
