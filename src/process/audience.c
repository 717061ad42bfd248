/* Who may hear of a case: asked for each live event, so it is one small statement. */
#include "process/process.h"

#include "store/db.h"

int process_audience(struct process_lib *lib, struct tx *tx, int64_t case_id,
		     struct process_audience *ret)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	const struct definition *d;
	int r;

	if ((r = tx_op(tx, "case.audience", ARGS(A_INT("id", case_id)), &rows)) < 0 ||
	    (r = rows_next(rows)) < 0)
		return r;
	if (r == 0)
		return -E_NOT_FOUND;
	if ((r = process_by_id(lib, tx, rows_int(rows, 0), &d)) < 0)
		return r;
	ret->roles = d->visible;
	for (int i = 0; i < 3; i++)
		ret->people[i] = rows_int(rows, 1 + i);
	return 0;
}

bool process_audience_has(const struct process_audience *a, const struct actor *who)
{
	for (const char **role = a->roles; role && *role; role++)
		if (actor_has_role(who, *role))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(a->people); i++)
		if (a->people[i] && a->people[i] == who->id)
			return true;
	return false;
}
