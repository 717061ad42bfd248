/**
 * @file calendar_store.h  Between the files that keep calendars in the store.
 */
#ifndef LEXLINE_CALENDAR_STORE_H
#define LEXLINE_CALENDAR_STORE_H

#include "process/calendar.h"
#include "store/db.h"

/** Put a loaded set in force; frees nothing that may still be read. Takes @p set. */
void calendars_swap(struct calendars *cals, struct calendar_set *set);
/** Have the engine compute running clocks anew, in the transaction of the change. */
MUST_CHECK int calendars_recompute(struct calendars *cals, struct tx *tx, const struct calendar_set *set,
				   int64_t org_id);
MUST_CHECK int calendar_insert(struct tx *tx, int64_t org_id, const struct calendar *c);
/** All calendars of a profile become those of an organisation. */
MUST_CHECK int calendar_set_insert(struct tx *tx, int64_t org_id, const struct calendar_set *set);

#endif
