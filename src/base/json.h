/**
 * @file json.h  JSON in: jansson behind limits. JSON out: a streaming writer.
 */
#ifndef LEXLINE_JSON_H
#define LEXLINE_JSON_H

#include <jansson.h>

#include "base/error.h"
#include "base/text.h"

#define JSON_MAX_DEPTH 32

/**
 * Parse one JSON text (RFC 8259): well-formed UTF-8, no NUL, no duplicate names, depth ≤
 * JSON_MAX_DEPTH, nothing behind it. The caller owns the result: json_decref().
 * @return 0 or -E_MALFORMED with line and column in @p f
 */
MUST_CHECK int json_parse(struct str text, json_t **ret, struct fault *f);
/* For CLEANUP: jansson's own json_decrefp(json_t **). */

/** Writes into a buffer; commas and escapes are its business. Strings must be valid UTF-8 (bad bytes become U+FFFD). */
struct jw {
	struct buf *out;
	bool comma; /**< a value stands before in this object or array */
};
void jw_begin(struct jw *w, struct buf *out);
void jw_obj(struct jw *w);
void jw_obj_end(struct jw *w);
void jw_arr(struct jw *w);
void jw_arr_end(struct jw *w);
void jw_key(struct jw *w, const char *key);
void jw_str(struct jw *w, struct str s);
void jw_cstr(struct jw *w, const char *s); /**< NULL writes null */
void jw_int(struct jw *w, int64_t v);
void jw_double(struct jw *w, double v); /**< shortest form that reads back; NaN and infinities are null */
void jw_bool(struct jw *w, bool v);
void jw_null(struct jw *w);
void jw_id(struct jw *w, int64_t id);	     /**< as a decimal string; 0 writes null */
void jw_time(struct jw *w, int64_t at_ms);   /**< RFC 3339 UTC; 0 writes null */
void jw_raw(struct jw *w, struct str json);  /**< an already serialised value; empty writes null */
void jw_json(struct jw *w, const json_t *j);
/** key + value in one go */
void jw_kstr(struct jw *w, const char *key, struct str s);
void jw_kcstr(struct jw *w, const char *key, const char *s);
void jw_kint(struct jw *w, const char *key, int64_t v);
void jw_kbool(struct jw *w, const char *key, bool v);
void jw_kid(struct jw *w, const char *key, int64_t id);
void jw_ktime(struct jw *w, const char *key, int64_t at_ms);

/** Members of a jansson object. Missing or of another type: NULL / STR_NULL / the default. */
struct str json_get_str(const json_t *obj, const char *key);
int64_t json_get_int(const json_t *obj, const char *key, int64_t dflt);
bool json_get_bool(const json_t *obj, const char *key, bool dflt);

#endif
