/**
 * @file assets_table.h  What tools/embed.py generates, for assets.c only.
 */
#ifndef LEXLINE_ASSETS_TABLE_H
#define LEXLINE_ASSETS_TABLE_H

struct asset_row {
	const char *path; /**< sorted bytewise */
	unsigned long offset, len;
};

extern const char assets_data[]; /**< each file ends with a NUL that len doesn't count */
extern const char assets_digest[];
extern const struct asset_row assets_rows[]; /**< ended by a NULL path */
extern const unsigned long assets_count;

#endif
