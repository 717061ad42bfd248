/*
 * Schema steps: modules/<module>/schema/NNN.sql, NNN.pg.sql, NNN.sqlite.sql, first line
 * "-- store: cases | clients | both". Each runs once, in a transaction with its row in
 * `migrations`; what was interrupted rolled back and runs again at the next start.
 */
#include "store/db_private.h"

#include <sodium.h>

#include "base/assets.h"

const char migrations_bootstrap[] =
	"CREATE TABLE IF NOT EXISTS migrations ("
	"name text PRIMARY KEY, hash text NOT NULL, applied_at bigint NOT NULL)";

void migration_hash(struct str sql, char ret[65])
{
	uint8_t hash[32];

	crypto_generichash(hash, sizeof(hash), (const uint8_t *)sql.p, sql.len, NULL, 0);
	sodium_bin2hex(ret, 65, hash, sizeof(hash));
}

/* "-- store: cases": is the step for this store? Negative when the line is wrong. */
static int for_store(struct str sql, const char *store)
{
	struct str line = STR_NULL, rest = sql;

	if (!str_split(&rest, '\n', &line) || !str_starts(line, STR("-- store:")))
		return -E_CONFIG;
	line = str_trim((struct str){line.p + 9, line.len - 9});
	if (str_is(line, "both"))
		return 1;
	if (!str_is(line, "cases") && !str_is(line, "clients"))
		return -E_CONFIG;
	return str_is(line, store);
}

/* "modules/cases/schema/001.pg.sql" → "cases/001.pg"; NULL when it isn't a step for this database.
 */
static const char *step_name(struct arena *a, const char *path, enum db_kind kind)
{
	struct str rest = str_of(path), part, module, file;
	bool pg, sqlite;

	if (!str_split(&rest, '/', &part) || !str_split(&rest, '/', &module) ||
	    !str_split(&rest, '/', &part) || !str_is(part, "schema") || !rest.p ||
	    memchr(rest.p, '/', rest.len) || rest.len < 5 ||
	    memcmp(rest.p + rest.len - 4, ".sql", 4))
		return NULL;
	file = (struct str){rest.p, rest.len - 4};
	pg = file.len > 3 && !memcmp(file.p + file.len - 3, ".pg", 3);
	sqlite = file.len > 7 && !memcmp(file.p + file.len - 7, ".sqlite", 7);
	if ((pg && kind != DB_POSTGRES) || (sqlite && kind != DB_SQLITE))
		return NULL;
	return arena_printf(a, "%.*s/%.*s", STR_FMT(module), STR_FMT(file));
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct migration *)a)->name, ((const struct migration *)b)->name);
}

int migrations_list(struct arena *a, const char *store, enum db_kind kind, struct migration **ret,
		    size_t *ret_n, struct fault *f)
{
	const struct asset **assets;
	size_t n_assets = asset_list(a, "modules/", &assets), n = 0;
	struct migration *list = ARENA_ARRAY(a, struct migration, n_assets + 1);

	for (size_t i = 0; i < n_assets; i++) {
		const char *name = step_name(a, assets[i]->path, kind);
		int r = name ? for_store(assets[i]->data, store) : 0;

		if (r < 0)
			return fail(f, E_CONFIG, NULL,
				    "%s:1: the first line must be '-- store: cases', 'clients' or "
				    "'both'",
				    assets[i]->path);
		if (r == 0)
			continue;
		list[n].name = name;
		list[n].sql = assets[i]->data;
		migration_hash(list[n].sql, list[n].hash);
		n++;
	}
	/* "001" sorts before "001.pg": the addition runs right after its step. */
	qsort(list, n, sizeof(*list), by_name);
	*ret = list;
	*ret_n = n;
	return 0;
}

int migration_step(struct arena *a, const struct migrator *m, const struct migration *step,
		   struct fault *f)
{
	struct fault ignored;
	int r;

	if ((r = m->exec(m->conn, "BEGIN", f)) < 0)
		return r;
	if ((r = m->exec(m->conn, arena_strndup(a, step->sql.p, step->sql.len), f)) >= 0 &&
	    (r = m->record(m->conn, step, f)) >= 0 && (r = m->exec(m->conn, "COMMIT", f)) >= 0)
		return 0;
	if (m->exec(m->conn, "ROLLBACK", &ignored) < 0)
		log_event(LOG_WARN, "db.migrate", "step", step->name, "rollback", "failed", NULL);
	return r;
}

static int check_step(struct db *db, struct arena *a, const struct migrator *m,
		      const struct migration *step, struct fault *f)
{
	const char *hash;
	int r;

	if ((r = m->applied(m->conn, a, step->name, &hash, f)) < 0)
		return r;
	if (hash && !strcmp(hash, step->hash))
		return 0;
	if (hash)
		return fail(f, E_CONFIG, NULL,
			    "The schema step %s was changed after it had run on this database; "
			    "restore the file and "
			    "write the change as a new step",
			    step->name);
	if ((r = migration_step(a, m, step, f)) < 0)
		return fail(f, (enum error) - r, NULL,
			    "The schema step %s failed; nothing of it was kept. The log says more",
			    step->name);
	log_event(LOG_DEBUG, "db.migrate", "store", db->name, "step", step->name, NULL);
	return 0;
}

int migrations_run(struct db *db, const struct migrator *m, struct fault *f)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct migration *steps;
	size_t n;
	int r;

	if ((r = migrations_list(a, db->name, db->backend->kind, &steps, &n, f)) < 0 ||
	    (r = m->exec(m->conn, migrations_bootstrap, f)) < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		if ((r = check_step(db, a, m, &steps[i], f)) < 0)
			return r;
	return 0;
}
