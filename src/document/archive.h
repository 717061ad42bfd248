/**
 * @file archive.h  Zip archives in memory: those we write, and those somebody sent.
 */
#ifndef LEXLINE_DOCUMENT_ARCHIVE_H
#define LEXLINE_DOCUMENT_ARCHIVE_H

#include "base/error.h"
#include "base/map.h"

struct archive_entry {
	const char *name;
	struct str data;
};

typedef VEC(struct archive_entry) archive;

#define ARCHIVE_ENTRIES_MAX 2000
#define ARCHIVE_UNPACKED_MAX ((uint64_t)64 << 20)

/** Entries in this order, times fixed: equal content gives equal bytes. */
MUST_CHECK int archive_write(const archive *entries, struct buf *out, struct fault *f);

/**
 * Unpack everything into the arena. What an attacker could send is refused before it is unpacked: more than
 * ARCHIVE_ENTRIES_MAX entries or ARCHIVE_UNPACKED_MAX bytes (by what is really read, not by what the header says),
 * encrypted or doubled entries, names that lead out of the archive.
 * @return 0, -E_INVALID with the entry's name
 */
MUST_CHECK int archive_read(struct str bytes, struct arena *a, archive *ret, struct fault *f);
/** NULL when absent. */
struct archive_entry *archive_find(const archive *entries, const char *name);

#endif
