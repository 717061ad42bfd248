/**
 * @file op.h  Operations: annotated SQL files, the engine's whole vocabulary towards the database
 * and towards the outside. Grammar and examples: docs/operations.md.
 *
 * The catalogue is immutable once loaded; reload builds a new one and swaps it whole.
 */
#ifndef LEXLINE_OP_H
#define LEXLINE_OP_H

#include "base/json.h"
#include "base/map.h"
#include "base/yaml.h"
#include "store/ctx.h"
#include "store/value.h"

struct tx;
struct blob_info;
struct blob_reader;

enum op_type { T_TEXT, T_INT, T_ID, T_TIME, T_BOOL, T_MONEY, T_PHONE, T_DATE, T_JSON, T_REAL, T_ENUM, T_BLOB /**< bytes, never over HTTP */ };
enum op_shape { OUT_NONE, OUT_ONE, OUT_MANY, OUT_JSON /**< free JSON, native only */, OUT_FILE };
enum op_via { VIA_ROUTE, VIA_PROCESS, VIA_ENGINE };

/** A field of `in:` or `out:`. */
struct op_field {
	const char *name;
	enum op_type type;
	bool optional;
	const char *dflt;      /**< text of the default, NULL if none */
	bool has_range;
	int64_t min, max;      /**< value of a number, length in characters of a text */
	const char **choices;  /**< T_ENUM: NULL-terminated */
	enum op_shape shape;   /**< out: a nested one {…} or many {…}; OUT_NONE for a plain field */
	const struct op_field *sub;
	size_t n_sub;
};

struct op {
	const char *name;      /**< "case.list": the stem of its file is what stands behind the dot */
	const char *module;    /**< "cases" */
	const char *file;      /**< for messages */
	const char *title;     /**< the description's first line */
	const char *about;     /**< the whole description */
	enum op_via via;
	const char *method;    /**< "GET" …; NULL without a route */
	const char *path;      /**< "/api/cases/{id}" */
	bool read_only;	       /**< GET, or a SELECT without a route */
	bool is_public;	       /**< role: public */
	bool any_role;	       /**< role: any: everybody signed in */
	const char **roles;    /**< default grants; an organisation may change them */
	const struct op_field *in;
	size_t n_in;
	enum op_shape shape;
	const struct op_field *out;
	size_t n_out;
	bool upload;	       /**< the body is a file: :blob_id … are bound, `in:` comes from the query */
	const char *rate;      /**< "10/min ip", NULL: the default limit */
	int status;	       /**< of a success: 200, 204 for OUT_NONE, or what `status:` says */
	const char *store;     /**< "cases", "clients" or "both": which database */
	const char *audit;     /**< for a read that must be logged: "reveal"; NULL otherwise */
	const struct native *native; /**< carried out in C instead of SQL */
	struct op_sql *sql;    /**< prepared by db.c; NULL for a native */
};

struct catalogue;
struct tx;

/** The file of an operation with `upload: yes`, already in the blob store when prepare runs. */
struct call_upload {
	const struct blob_info *blob;
	int64_t blob_id;	/**< set by blob_record() at the start of the transaction; bound as :blob_id */
	const char *file_name;	/**< without path; may be "" */
	const char *media_type;
};

/** What the audit entry of a call says beyond the operation's name; a native fills it, zeroed is fine. */
struct call_audit {
	const char *action;  /**< NULL: the operation's name */
	const char *subject; /**< NULL: the first word of the operation's name */
	int64_t subject_id;  /**< 0: the argument or the reply's member `id` */
	struct str detail;   /**< JSON object without personal data; STR_NULL: the arguments' names */
};

/** One invocation. In the request's arena but for the reply's body. */
struct call {
	struct ctx *ctx;
	const struct op *op;
	struct value *args;    /**< one per op->in, typed and validated; NULL value when absent */
	json_t *body;	       /**< parsed body for natives that take more than `in:` says (type json); may be NULL */
	struct call_upload *upload; /**< NULL unless op->upload */
	struct reply {
		int status;		/**< 0: op->status */
		const char *content_type; /**< NULL: application/json */
		struct buf body;
		struct jw json;		/**< writes into body */
		const char *file_name;	/**< Content-Disposition: attachment */
		VEC(struct reply_header { const char *name; const char *value; }) headers; /**< memory: malloc; released with the reply */
		/* A streamed body instead of `body`: length known, random access (ranges). */
		struct blob_reader *blob;
	} reply;
	struct call_audit audit;
	void *state;	       /**< a native's own, between prepare, apply and finish */
};

/**
 * An operation carried out in C. Each step returns 0 or a negative error (described in ctx->fault).
 */
struct native {
	const char *op;
	/** On a worker, outside any transaction: slow things (argon2id, parsing). May be NULL. */
	int (*prepare)(struct call *call);
	/** In the transaction (read snapshot for a GET). May run again: start afresh. May be NULL: then no transaction is opened. */
	int (*apply)(struct call *call, struct tx *tx);
	/** After the commit; writes the reply when apply has not. May be NULL. */
	int (*finish)(struct call *call);
};

/**
 * Load all `modules/<module>/ops/` and `schema/` from the assets and, when @p profile_dir is not NULL,
 * its `ops/`. Fails, listing every finding with file:line, on unknown annotations, a missing role,
 * double names or routes, a native without file or a file without native. With @p natives NULL
 * (tools and tests that only look) natives are not matched and can't be called.
 */
MUST_CHECK int catalogue_load(const char *profile_dir, const struct native *const *natives, size_t n_natives,
			      struct catalogue **ret, struct yreport *report);
void catalogue_free(struct catalogue *c);
const struct op *catalogue_find(const struct catalogue *c, const char *name);
size_t catalogue_count(const struct catalogue *c);
const struct op *catalogue_at(const struct catalogue *c, size_t i); /**< sorted by name */
#define ROUTE_PARAMS_MAX 8
/**
 * Match method and path; {name} segments land in the caller's array of ROUTE_PARAMS_MAX.
 * @param path  percent-decoded, without the query; HEAD is matched as GET
 * @return 0, -E_NOT_FOUND, -E_METHOD (*ret_allow lists the methods)
 */
MUST_CHECK int catalogue_route(const struct catalogue *c, const char *method, struct str path, const struct op **ret,
			       struct arg *path_args, size_t *n_path_args, struct arena *a, const char **ret_allow);

/** Fill call->args from query/path strings and the body; types, ranges, enumerations, unknown names. @return 0, -E_INVALID with the field */
MUST_CHECK int op_bind(struct call *call, const struct arg *strings, size_t n_strings, json_t *body);
/** Argument by name, NULL-typed when absent. */
struct value call_arg(const struct call *call, const char *name);
int64_t call_int(const struct call *call, const char *name, int64_t dflt);
struct str call_str(const struct call *call, const char *name);
bool call_has(const struct call *call, const char *name);

/** Run a SQL operation of the catalogue inside tx and stream its rows as JSON by `out:`. */
MUST_CHECK int op_stream(struct call *call, struct tx *tx);
/** Write the current row's columns as one JSON object by `out:` fields. */
struct rows;
void op_row_json(struct jw *w, const struct op_field *fields, size_t n, const struct rows *rows);

/** The whole catalogue as OpenAPI 3.1, and as TypeScript types for the console. */
void catalogue_openapi(const struct catalogue *c, const char *server_url, struct buf *out);
void catalogue_typescript(const struct catalogue *c, struct buf *out);
/** Does @p reply (parsed) fit op->out? Used in tests. @return 0 or -E_INVALID with the path in f->field */
MUST_CHECK int op_check_reply(const struct op *op, const json_t *reply, struct fault *f);
/**
 * For test runs: with LEXLINE_CHECK_REPLIES=1 a success whose reply isn't what `out:` promises becomes
 * -E_INTERNAL (logged with the path); LEXLINE_EXERCISED=FILE collects the names of operations that
 * succeeded, a line each. Without them, @p r as it is.
 */
int op_watch(struct call *call, int r);

#endif
