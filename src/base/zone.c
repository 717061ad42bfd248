/*
 * Time zones: TZif files (RFC 8536), version 2 and up. Instants behind the last transition
 * follow the POSIX TZ string in the footer.
 */
#include <endian.h>
#include <pthread.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/posix_tz.h"
#include "base/time.h"

#define FOLDER "/usr/share/zoneinfo"
#define FILE_MAX_BYTES (1 << 20)
#define HEADER_BYTES 44

struct zone {
	char *name;
	size_t n; /* transitions */
	int64_t *at_s; /* rising */
	int *offset_s; /* from that transition on */
	int first_offset_s; /* before the first */
	bool has_footer;
	struct posix_tz footer;
};

struct header {
	uint32_t isut, isstd, leap, times, types, chars;
};

static uint32_t be32(const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return be32toh(v);
}

static int64_t be64(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return (int64_t)be64toh(v);
}

static bool read_header(struct str s, struct header *h)
{
	if (s.len < HEADER_BYTES || memcmp(s.p, "TZif", 4) != 0 || s.p[4] < '2')
		return false;
	*h = (struct header){be32(s.p + 20), be32(s.p + 24), be32(s.p + 28),
			     be32(s.p + 32), be32(s.p + 36), be32(s.p + 40)};
	return h->times < 10000 && h->types >= 1 && h->types < 256 && h->chars < 10000 && h->leap < 1000 &&
	       h->isut < 256 && h->isstd < 256;
}

static size_t body_bytes(const struct header *h, size_t time_bytes)
{
	return h->times * (time_bytes + 1) + h->types * 6 + h->chars + h->leap * (time_bytes + 4) + h->isstd +
	       h->isut;
}

/* The 64-bit block: transition times, their type indexes, types of 6 bytes. */
static bool read_body(struct zone *z, const char *p, const struct header *h)
{
	const char *index = p + h->times * 8, *types = index + h->times;

	z->n = h->times;
	z->at_s = mem_new(z->n * sizeof(*z->at_s));
	z->offset_s = mem_new(z->n * sizeof(*z->offset_s));
	z->first_offset_s = (int32_t)be32(types);
	for (size_t i = 0; i < z->n; i++) {
		unsigned type = (unsigned char)index[i];

		z->at_s[i] = be64(p + i * 8);
		if (type >= h->types || (i > 0 && z->at_s[i] <= z->at_s[i - 1]))
			return false;
		z->offset_s[i] = (int32_t)be32(types + type * 6);
	}
	return true;
}

static bool zone_read(struct zone *z, struct str s)
{
	struct header h;
	size_t skip;

	if (!read_header(s, &h))
		return false;
	skip = HEADER_BYTES + body_bytes(&h, 4);
	if (s.len < skip)
		return false;
	s = (struct str){s.p + skip, s.len - skip};
	if (!read_header(s, &h) || s.len < HEADER_BYTES + body_bytes(&h, 8) ||
	    !read_body(z, s.p + HEADER_BYTES, &h))
		return false;
	skip = HEADER_BYTES + body_bytes(&h, 8);
	s = str_trim((struct str){s.p + skip, s.len - skip});
	z->has_footer = s.len > 0;
	return !z->has_footer || posix_tz_parse(s, &z->footer);
}

static void zone_free(struct zone *z)
{
	free(z->name);
	free(z->at_s);
	free(z->offset_s);
	free(z);
}

/* The name becomes a path: letters, digits, _ + - and single slashes only. */
static bool name_ok(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > 64 || name[0] == '/' || name[len - 1] == '/' || strstr(name, "//"))
		return false;
	return strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") == len;
}

static struct zone *zone_load(const char *name)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct zone *z;
	struct str s;

	if (!name_ok(name) || file_read(a, path_join(a, FOLDER, name), FILE_MAX_BYTES, &s, NULL) < 0)
		return NULL;
	z = MEM_NEW(struct zone);
	z->name = strdup(name);
	if (zone_read(z, s))
		return z;
	zone_free(z);
	return NULL;
}

const struct zone *zone_get(const char *iana_name)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static struct map *zones;
	struct zone *z;

	if (!iana_name)
		return NULL;
	pthread_mutex_lock(&lock);
	if (!zones)
		zones = map_new();
	z = map_get(zones, str_of(iana_name));
	if (!z && (z = zone_load(iana_name)))
		map_put(zones, str_of(iana_name), z);
	pthread_mutex_unlock(&lock);
	return z;
}

const char *zone_name(const struct zone *z)
{
	return z->name;
}

static int offset_at(const struct zone *z, int64_t at_s)
{
	size_t low = 0, high = z->n; /* transitions at or before the instant */

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (z->at_s[middle] <= at_s)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == z->n && z->has_footer)
		return posix_tz_offset_s(&z->footer, at_s);
	return low == 0 ? z->first_offset_s : z->offset_s[low - 1];
}

int zone_offset_s(const struct zone *z, int64_t at_ms)
{
	return offset_at(z, at_ms / 1000 - (at_ms % 1000 < 0));
}

/* The transition in (low, high], by halves. */
static int64_t transition_between(const struct zone *z, int64_t low, int64_t high)
{
	int before = offset_at(z, low);

	while (high - low > 1) {
		int64_t middle = low + (high - low) / 2;

		if (offset_at(z, middle) == before)
			low = middle;
		else
			high = middle;
	}
	return high;
}

int64_t zone_instant(const struct zone *z, int64_t day, int minute)
{
	int64_t local = day * 86400 + (int64_t)minute * 60;
	/* Offsets lie within ±15 h, and no two changes of one zone are that close. */
	int before = offset_at(z, local - 26 * 3600), after = offset_at(z, local + 26 * 3600);
	int64_t early = local - before, late = local - after;

	/* In an overlap both fit and the offset before the change gives the first. */
	if (offset_at(z, early) == before)
		return early * 1000;
	if (offset_at(z, late) == after)
		return late * 1000;
	return transition_between(z, late, early) * 1000;
}
