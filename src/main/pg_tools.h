/**
 * @file pg_tools.h  pg_dump and pg_restore, run without a password on their command line.
 */
#ifndef LEXLINE_PG_TOOLS_H
#define LEXLINE_PG_TOOLS_H

#include "base/error.h"

/** Dump one schema into a file. @return 0, -E_UNAVAILABLE (the program's own message is on stderr),
 * -E_NOT_FOUND */
MUST_CHECK int pg_dump_schema(const char *url, const char *schema, const char *file,
			      struct fault *f);
/** Load a dump; fails when the schema is there already. */
MUST_CHECK int pg_restore_schema(const char *url, const char *file, struct fault *f);

#endif
