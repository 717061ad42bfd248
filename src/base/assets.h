/**
 * @file assets.h  The files built into the binary: modules/, profiles/, the web pages.
 *
 * When the environment variable LEXLINE_ROOT names a checkout, files are read from there
 * instead, so that a developer needs no rebuild after changing an operation.
 */
#ifndef LEXLINE_ASSETS_H
#define LEXLINE_ASSETS_H

#include "base/error.h"
#include "base/map.h"

struct asset {
	const char *path; /**< "modules/cases/ops/list.sql", "web/index.html" */
	struct str data;
};

/** @return NULL when there is none. Static, or cached for the life of the process. */
const struct asset *asset_get(const char *path);
/** All below a prefix ("modules/"), sorted by path; array in the arena. */
size_t asset_list(struct arena *a, const char *prefix, const struct asset ***ret);

#endif
