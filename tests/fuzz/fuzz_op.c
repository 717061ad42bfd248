/* An operation's file: head, parameters, statements. */
#include "fuzz.h"
#include "store/op_parse.h"
#include "store/op_sql.h"

static void check_fields(const struct op_field *fields, size_t n, int depth)
{
	CLAIM(depth <= 9);
	for (size_t i = 0; i < n; i++) {
		CLAIM(op_is_name(str_of(fields[i].name)));
		CLAIM(!fields[i].has_range || fields[i].min <= fields[i].max);
		CLAIM((fields[i].type == T_ENUM) == (fields[i].choices != NULL) || fields[i].sub);
		check_fields(fields[i].sub, fields[i].n_sub, depth + 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct yreport r = {0};
	struct op op;
	struct op_text head;
	struct op_sql *sql = NULL;

	op_parse(a, "f.sql", "fuzz", fuzz_str(data, size), &op, &head, &r);
	CLAIM(*op_annotations(a, fuzz_str(data, size)) || r.n);
	CLAIM((r.n == 0) == (r.text.len == 0));
	if (r.n == 0) {
		struct op_sql_in in = {.op = op.name,
				       .portable = {"f.sql", head.sql_line, head.sql},
				       .in = op.in,
				       .n_in = op.n_in};

		check_fields(op.in, op.n_in, 1);
		check_fields(op.out, op.n_out, 1);
		CLAIM(head.sql_line >= 1 && op.status >= 200 && op.status < 300);
		if (head.sql.p && !head.native && op_sql_parse(a, &in, &sql, &r) == 0)
			CLAIM(sql->n_params <= OP_SQL_MAX_PARAMS);
	}
	yreport_free(&r);
	return 0;
}
