/* Numbers as trunks write them, and as we keep them. */
#include "voice/sip_private.h"

char *pl_copy(char *out, size_t size, const struct pl *pl)
{
	size_t n = pl->p ? pl->l : 0;

	if (n >= size)
		n = size - 1;
	if (n)
		memcpy(out, pl->p, n);
	out[n] = '\0';
	return out;
}

void number_clean(const struct pl *user, char out[SIP_NUMBER_MAX])
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < user->l; i++) {
		char c = user->p[i];

		if (c == ';') /* user parameters, RFC 3261 §19.1.6 */
			break;
		if (c == '-' || c == '.' || c == '(' || c == ')') /* visual separators, RFC 3966 */
			continue;
		if (!((c >= '0' && c <= '9') || c == '*' || c == '#' || (c == '+' && !n)) || n + 1 >= SIP_NUMBER_MAX) {
			out[0] = '\0';
			return;
		}
		out[n++] = c;
	}
	out[n] = '\0';
}

void number_of_uri(const struct uri *uri, char out[SIP_NUMBER_MAX])
{
	char text[128];
	struct pl user = uri->user;
	size_t n = 0;

	if (!pl_strcasecmp(&uri->scheme, "tel"))
		user = pl_isset(&uri->user) ? uri->user : uri->host;
	/* "%2B86…" */
	for (size_t i = 0; i < user.l && n + 1 < sizeof(text); i++) {
		unsigned v = 0;

		if (user.p[i] == '%' && i + 2 < user.l + 0 && ch_hex(user.p[i + 1]) < 16 && ch_hex(user.p[i + 2]) < 16) {
			v = (unsigned)ch_hex(user.p[i + 1]) * 16 + ch_hex(user.p[i + 2]);
			i += 2;
		} else {
			v = (unsigned char)user.p[i];
		}
		text[n++] = (char)v;
	}
	number_clean(&(struct pl){text, n}, out);
}

void number_masked(const char *number, char out[SIP_NUMBER_MAX])
{
	size_t n = strlen(number);

	if (n > 7)
		snprintf(out, SIP_NUMBER_MAX, "%.*s****%s", (int)n - 6, number, number + n - 2);
	else
		snprintf(out, SIP_NUMBER_MAX, "%s", n ? "****" : "");
}

/* National form for carriers that know no other: "13800138000", "055165123456", "12348". */
void number_national(const char *number, const char *country, char out[SIP_NUMBER_MAX])
{
	const char *code = country && *country ? country : "+86";
	size_t n = strlen(code), digits;
	bool whole;

	snprintf(out, SIP_NUMBER_MAX, "%s", number);
	if (strncmp(number, code, n) != 0)
		return;
	digits = strlen(number + n);
	/* Chinese mobiles, service numbers, 400 and 800 stand by themselves; an area needs its 0. */
	whole = strcmp(code, "+86") == 0 && ((digits == 11 && number[n] == '1') || digits <= 6 ||
					     (digits == 10 && (!strncmp(number + n, "400", 3) || !strncmp(number + n, "800", 3))));
	snprintf(out, SIP_NUMBER_MAX, "%s%s", whole ? "" : "0", number + n);
}

/* ---- who calls ----------------------------------------------------------------------------- */

static bool decode_first(const struct sip_msg *msg, enum sip_hdrid id, struct sip_addr *ret)
{
	const struct sip_hdr *h = sip_msg_hdr(msg, id);

	return h && !sip_addr_decode(ret, &h->val);
}

static bool is_private(const struct sip_msg *msg)
{
	const struct sip_hdr *h = sip_msg_hdr(msg, SIP_HDR_PRIVACY);

	/* RFC 3323: "none" asks for nothing. */
	return (h && pl_strcasecmp(&h->val, "none")) || !pl_strcasecmp(&msg->from.uri.user, "anonymous") ||
	       !pl_strcasecmp(&msg->from.uri.host, "anonymous.invalid");
}

/* The first asserted identity that is a number: a tel: URI may stand beside a sip: one (RFC 3325 §9.1). */
struct asserted {
	char *out;
};
static bool take_asserted(const struct sip_hdr *hdr, const struct sip_msg *msg, void *arg)
{
	struct asserted *a = arg;
	struct sip_addr addr;

	(void)msg;
	if (!sip_addr_decode(&addr, &hdr->val))
		number_of_uri(&addr.uri, a->out);
	return a->out[0] != '\0';
}

static void normalise(char number[SIP_NUMBER_MAX], const struct voice_trunk *t)
{
	char e164[PHONE_MAX];

	if (!number[0])
		return;
	if (phone_normalise_at(str_of(number), t ? t->country : NULL, t ? t->area : NULL, e164, NULL) == 0)
		snprintf(number, SIP_NUMBER_MAX, "%s", e164);
}

/* An account's calls come addressed to the account; who was called stands in To, or was diverted (RFC 5806). */
static bool take_diversion(const struct sip_hdr *hdr, const struct sip_msg *msg, void *arg)
{
	char number[SIP_NUMBER_MAX];
	struct sip_addr addr;

	(void)msg;
	if (!sip_addr_decode(&addr, &hdr->val)) {
		number_of_uri(&addr.uri, number);
		if (number[0])
			memcpy(arg, number, sizeof(number)); /* the last is whom the caller dialled */
	}
	return false;
}

static bool is_account(const struct voice_trunk *t, const struct sip_msg *msg, const char *called)
{
	return !called[0] || (t && t->user && !pl_strcmp(&msg->uri.user, t->user)) ||
	       (t && t->from && !strcmp(called, t->from));
}

static void called_number(const struct sip_msg *msg, const struct voice_trunk *t, char out[SIP_NUMBER_MAX])
{
	char number[SIP_NUMBER_MAX] = "";

	number_of_uri(&msg->uri, out);
	if (!is_account(t, msg, out))
		return;
	sip_msg_xhdr_apply(msg, true, "Diversion", take_diversion, number);
	if (!number[0])
		number_of_uri(&msg->to.uri, number);
	if (number[0])
		memcpy(out, number, SIP_NUMBER_MAX);
}

void number_of_call(const struct sip_msg *msg, const struct source *from, struct caller *ret)
{
	const struct voice_trunk *t = from->trunk ? from->trunk->c : NULL;
	struct sip_addr asserted;

	memset(ret, 0, sizeof(*ret));
	called_number(msg, t, ret->called);
	if (is_private(msg))
		return;
	if (from->kind == SOURCE_TRUNK)
		sip_msg_hdr_apply(msg, true, SIP_HDR_P_ASSERTED_IDENTITY, take_asserted,
				  &(struct asserted){ret->number});
	if (!ret->number[0])
		number_of_uri(&msg->from.uri, ret->number);
	normalise(ret->number, t);
	if (from->kind == SOURCE_TRUNK && decode_first(msg, SIP_HDR_P_ASSERTED_IDENTITY, &asserted) && pl_isset(&asserted.dname))
		pl_copy(ret->display, sizeof(ret->display), &asserted.dname);
	else
		pl_copy(ret->display, sizeof(ret->display), &msg->from.dname);
	if (!utf8_valid(str_of(ret->display)))
		ret->display[0] = '\0';
	for (char *p = ret->display; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = ' ';
}
