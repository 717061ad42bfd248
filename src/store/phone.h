/**
 * @file phone.h  Telephone numbers as people type them, in one form for keeping and comparing.
 */
#ifndef LEXLINE_PHONE_H
#define LEXLINE_PHONE_H

#include "base/error.h"
#include "base/text.h"

#define PHONE_MAX 20 /**< "+", at most 15 digits (ITU-T E.164), NUL, and some */

/**
 * "138 0013 8000", "0551-6512 3456", "(010) 6512-3456", "400-820-8820", "12348", "+852 2345 6789",
 * "0086…" and full-width digits become "+8613800138000" and so on. A number without a country is
 * Chinese (numbering plan of the Ministry of Industry and Information Technology): mobiles 1[3-9]
 * with 11 digits; landlines with their area code; 400 and 800 with ten; service numbers of 3 to 6
 * digits that begin with 1 or 9.
 * @return 0, -E_INVALID (the message never repeats the number)
 */
MUST_CHECK int phone_normalise(struct str text, char ret[PHONE_MAX], struct fault *f);
/**
 * The same for a number that came by a trunk: without a country it belongs to @p country ("+86", "+852"; NULL: China), a
 * short local one to @p area ("0551"; NULL: none). Carriers also leave out the 0 of an area, or put it before a mobile.
 */
MUST_CHECK int phone_normalise_at(struct str text, const char *country, const char *area, char ret[PHONE_MAX],
				  struct fault *f);

#endif
