/**
 * @file mask.h  What may be shown of a sealed value: enough to recognise, too little to use.
 */
#ifndef LEXLINE_MASK_H
#define LEXLINE_MASK_H

#include "base/text.h"

/** "+8613812345678" → "138****5678"; shorter numbers keep only their end. In the arena. */
const char *mask_phone(struct arena *a, struct str e164);
/** "wang.fang@firm.cn" → "w***@firm.cn" */
const char *mask_email(struct arena *a, struct str email);
/** Identity and account numbers, addresses: "110***********0012", "北京***". First @p head and last
 * @p tail characters. */
const char *mask_middle(struct arena *a, struct str s, size_t head, size_t tail);
/** "王小芳" → "王**": a person's surname (two characters of a compound surname). */
const char *mask_name(struct arena *a, struct str name);

#endif
