/**
 * @file totp.h  Time-based one-time codes (RFC 6238: SHA-1, 6 digits, 30 s), as every authenticator
 * speaks them.
 */
#ifndef LEXLINE_TOTP_H
#define LEXLINE_TOTP_H

#include "people/account.h"

/** A new secret: sealed for the store, and as base32 for the person. All in the arena. */
MUST_CHECK int totp_new(struct ctx *ctx, const struct account *who, struct str *ret_sealed,
			const char **ret_base32);
/**
 * Which step does the code belong to? The current one or its neighbours (clocks differ), and only
 * behind the account's last used one: a code seen over somebody's shoulder is worth nothing.
 * @return 0, -E_BAD_LOGIN (silent), -E_CORRUPT
 */
MUST_CHECK int totp_match(struct ctx *ctx, const struct account *who, struct str code,
			  int64_t *ret_step);
/** otpauth:// address for the authenticator. In the arena. */
const char *totp_uri(struct arena *a, const char *issuer, const char *name, const char *base32);
/** The address as a QR code. @return 0, -E_INTERNAL */
MUST_CHECK int totp_svg(struct arena *a, const char *uri, const char **ret, struct fault *f);

#endif
