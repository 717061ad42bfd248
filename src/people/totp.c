#include "people/totp.h"

#include <liboath/oath.h>
#include <qrencode.h>

#include "store/vault.h"

#define SECRET_LEN 20 /* bytes: as long as SHA-1's output, RFC 4226 section 4 */
#define STEP_MS 30000
#define DIGITS 6
#define QUIET 4 /* modules of white around a QR code */

static const char *bound_to(struct arena *a, int64_t person_id)
{
	return arena_printf(a, "person.totp/%lld", (long long)person_id);
}

int totp_new(struct ctx *ctx, const struct account *who, struct str *ret_sealed,
	     const char **ret_base32)
{
	uint8_t secret[SECRET_LEN];
	char *base32 = NULL;
	size_t len;
	int r;

	randombytes_buf(secret, sizeof(secret));
	if (oath_base32_encode((const char *)secret, sizeof(secret), &base32, &len) != OATH_OK)
		return ctx_fail(ctx, E_NO_MEMORY, NULL, "no memory for a secret");
	r = vault_seal(ctx->env->vault, "cases", who->org_id, SEAL_SECRET,
		       bound_to(ctx->arena, who->id),
		       (struct str){(const char *)secret, sizeof(secret)}, ctx->arena, ret_sealed,
		       &ctx->fault);
	if (r == 0)
		*ret_base32 = arena_strndup(ctx->arena, base32, len);
	sodium_memzero(secret, sizeof(secret));
	sodium_memzero(base32, len);
	free(base32);
	return r;
}

static bool step_fits(struct str secret, struct str code, int64_t step)
{
	char expected[DIGITS + 1];

	return oath_hotp_generate(secret.p, secret.len, (uint64_t)step, DIGITS, false,
				  OATH_HOTP_DYNAMIC_TRUNCATION, expected) == OATH_OK &&
	       sodium_memcmp(expected, code.p, DIGITS) == 0;
}

int totp_match(struct ctx *ctx, const struct account *who, struct str code, int64_t *ret_step)
{
	int64_t now = ctx->now_ms / STEP_MS, found = -1;
	struct str secret;
	int r;

	if (code.len != DIGITS)
		return -E_BAD_LOGIN;
	r = vault_unseal(ctx->env->vault, "cases", who->org_id, SEAL_SECRET,
			 bound_to(ctx->arena, who->id), who->totp_secret, ctx->arena, &secret,
			 &ctx->fault);
	if (r < 0)
		return r;
	for (int64_t step = now - 1; step <= now + 1; step++)
		if (step > who->totp_step && step_fits(secret, code, step))
			found = step;
	sodium_memzero((char *)secret.p, secret.len);
	if (found < 0)
		return -E_BAD_LOGIN;
	*ret_step = found;
	return 0;
}

static void add_escaped(struct buf *out, const char *s)
{
	for (; *s; s++)
		if ((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') ||
		    (*s >= '0' && *s <= '9'))
			buf_addc(out, *s);
		else
			buf_printf(out, "%%%02X", (unsigned char)*s);
}

const char *totp_uri(struct arena *a, const char *issuer, const char *name, const char *base32)
{
	struct buf out = {0};
	const char *uri;

	buf_adds(&out, "otpauth://totp/");
	add_escaped(&out, issuer);
	buf_addc(&out, ':');
	add_escaped(&out, name);
	buf_printf(&out, "?secret=%s&issuer=", base32);
	add_escaped(&out, issuer);
	uri = arena_strndup(a, out.p, out.len);
	sodium_memzero(out.p, out.len);
	buf_free(&out);
	return uri;
}

/* One path of unit squares: a QR code of 100 characters takes some 6 KB. */
static void draw(struct buf *out, const QRcode *qr)
{
	int side = qr->width + 2 * QUIET;

	buf_printf(out,
		   "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
		   "shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/><path "
		   "d=\"",
		   side, side, side, side);
	for (int y = 0; y < qr->width; y++)
		for (int x = 0; x < qr->width; x++)
			if (qr->data[y * qr->width + x] & 1)
				buf_printf(out, "M%d %dh1v1h-1z", x + QUIET, y + QUIET);
	buf_adds(out, "\"/></svg>");
}

int totp_svg(struct arena *a, const char *uri, const char **ret, struct fault *f)
{
	QRcode *qr = QRcode_encodeString8bit(uri, 0, QR_ECLEVEL_M);
	struct buf out = {0};

	if (!qr)
		return fail(f, E_INTERNAL, NULL, "the QR code could not be drawn");
	draw(&out, qr);
	QRcode_free(qr);
	*ret = arena_strndup(a, out.p, out.len);
	buf_free(&out);
	return 0;
}
