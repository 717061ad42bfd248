/**
 * @file names.h  The ways a name is found again: as it is, without its legal form, by its sound, by
 * its beginning.
 */
#ifndef LEXLINE_NAMES_H
#define LEXLINE_NAMES_H

#include "base/text.h"

enum name_kind { NAME_FULL, NAME_CORE, NAME_PINYIN, NAME_INITIALS, NAME_PREFIX, NAME_FORMER };
const char *name_kind_word(enum name_kind kind); /**< as in client_names.kind */

struct name_key {
	enum name_kind kind;
	struct str text;
};
#define NAME_KEYS_MAX 16

/** Folded, without spaces and punctuation. In the arena. */
struct str name_fold(struct arena *a, struct str name);
/** "安徽某某贸易有限公司" → "安徽某某贸易": the legal form is what clerks leave out. Of a folded
 * name. */
struct str name_core(struct str folded);
/**
 * Pinyin without tones and spaces of a folded name ("王小芳" → "wangxiaofang"; other letters stay),
 * and its initials ("wxf"; @p ret_initials may be NULL). The first call of the process takes 0.4 s.
 */
void name_sound(struct arena *a, struct str folded, struct str *ret_pinyin,
		struct str *ret_initials);
/** All keys of a name, without doubles. @return how many, at most NAME_KEYS_MAX */
size_t name_keys(struct arena *a, struct str name, struct name_key keys[NAME_KEYS_MAX]);

#endif
