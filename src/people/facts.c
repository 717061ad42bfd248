#include "people/facts.h"

#include "people/client.h"

static int add_fact(struct ctx *ctx, const struct client_row *c, const struct rows *rows, bool reveal, json_t *all)
{
	const char *field = rows_dup(rows, 0);
	struct str text = rows_text(rows, 2);
	int r;

	if (strcmp(field, "name") == 0)
		return 0;
	if (reveal && (r = client_unseal(ctx, c->org_id, c->id, field, rows_blob(rows, 1), &text)) < 0)
		return r;
	json_object_set_new(all, field,
			    json_pack("{s:s%}", reveal ? "value" : "hint", text.p ? text.p : "", (size_t)text.len));
	return 0;
}

int client_facts(struct tx *tx, int64_t client_id, bool reveal, json_t **ret)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	CLEANUP(json_decrefp) json_t *all = json_object();
	struct ctx *ctx = tx_ctx(tx);
	struct client_row c;
	int r;

	if ((r = client_load(tx, client_id, &c)) < 0 ||
	    (r = tx_op(tx, "client.fields", ARGS(A_INT("client_id", c.id)), &rows)) < 0)
		return r;
	json_object_set_new(all, "name", json_pack("{s:s}", "value", c.name));
	json_object_set_new(all, "kind", json_pack("{s:s}", "value", c.kind));
	while ((r = rows_next(rows)) > 0)
		if ((r = add_fact(ctx, &c, rows, reveal, all)) < 0)
			return r;
	if (r < 0)
		return r;
	*ret = json_incref(all);
	return 0;
}
