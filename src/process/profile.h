/**
 * @file profile.h  A profile: the folder of plain files that makes the engine one hotline.
 *
 * profile.yaml (name, organisations, roles, people, processes), calendar.yaml, phrases.yaml,
 * processes/. A profile is named by its folder, or by the name of a built-in one ("demo").
 */
#ifndef LEXLINE_PROFILE_H
#define LEXLINE_PROFILE_H

#include "base/yaml.h"

/** Parse one file of a profile. Findings are also in @p report. @return 0, -E_NOT_FOUND, -E_MALFORMED */
MUST_CHECK int profile_file(struct arena *a, const char *profile, const char *name, struct ynode **ret,
			    struct yreport *report);

#endif
