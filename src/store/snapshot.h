/**
 * @file snapshot.h  A consistent copy of a SQLite store while it is being written to.
 */
#ifndef LEXLINE_SNAPSHOT_H
#define LEXLINE_SNAPSHOT_H

#include "base/error.h"

/**
 * Copy the database file @p from, as of one moment, into the new file @p to (mode 0600).
 * @return 0, -E_NOT_FOUND, -E_BUSY (locked by something else), -E_DISK_FULL, -E_CORRUPT, -E_IO
 */
MUST_CHECK int sqlite_snapshot(const char *from, const char *to, struct fault *f);

#endif
