/* What a browser offers and what it is answered. RFC 8829, 8839, 8842, 9143; strict where it matters. */
#include "voice/web_private.h"

#define SDP_MAX 32768

/* ---- reading --------------------------------------------------------------------------------- */

static bool next_line(struct str *rest, struct str *ret)
{
	const char *end;

	if (rest->len == 0)
		return false;
	end = memchr(rest->p, '\n', rest->len);
	*ret = (struct str){rest->p, end ? (size_t)(end - rest->p) : rest->len};
	rest->len -= ret->len + (end ? 1 : 0);
	rest->p += ret->len + (end ? 1 : 0);
	if (ret->len > 0 && ret->p[ret->len - 1] == '\r')
		ret->len--;
	return true;
}

static bool starts(struct str s, const char *prefix, struct str *ret_rest)
{
	size_t n = strlen(prefix);

	if (s.len < n || memcmp(s.p, prefix, n) != 0)
		return false;
	*ret_rest = (struct str){s.p + n, s.len - n};
	return true;
}

static bool is(struct str s, const char *text)
{
	return s.len == strlen(text) && memcmp(s.p, text, s.len) == 0;
}

static struct str word(struct str *rest)
{
	struct str ret = {rest->p, 0};

	while (ret.len < rest->len && ret.p[ret.len] != ' ')
		ret.len++;
	rest->p += ret.len < rest->len ? ret.len + 1 : ret.len;
	rest->len -= ret.len < rest->len ? ret.len + 1 : ret.len;
	return ret;
}

/* Tokens of RFC 8866 and ice-chars; anything else would end up in our answer. */
static bool keep(struct str s, char *ret, size_t room)
{
	if (s.len == 0 || s.len >= room)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c <= ' ' || c >= 0x7f)
			return false;
	}
	memcpy(ret, s.p, s.len);
	ret[s.len] = '\0';
	return true;
}

static bool read_fingerprint(struct str s, uint8_t ret[32])
{
	if (s.len != 95)
		return false;
	for (size_t i = 0; i < 32; i++) {
		if (hex_decode((struct str){s.p + 3 * i, 2}, ret + i, 1) < 0 || (i < 31 && s.p[3 * i + 2] != ':'))
			return false;
	}
	return true;
}

static bool begin_section(struct web_sdp *o, struct str line)
{
	struct web_section *s = &o->sections[o->n_sections];

	if (o->n_sections >= WEB_SECTIONS)
		return false;
	*s = (struct web_section){0};
	if (!keep(word(&line), s->kind, sizeof(s->kind)))
		return false;
	(void)word(&line);
	if (!keep(word(&line), s->proto, sizeof(s->proto)) || !keep(word(&line), s->format, sizeof(s->format)))
		return false;
	if (strcmp(s->kind, "audio") == 0 && o->audio == WEB_SECTIONS)
		o->audio = o->n_sections;
	o->n_sections++;
	return true;
}

static bool number(struct str s, int max, int *ret)
{
	int64_t v;

	if (str_to_int(s, &v) < 0 || v < 0 || v > max)
		return false;
	*ret = (int)v;
	return true;
}

static void read_rtpmap(struct web_sdp *o, struct str value)
{
	struct str pt = word(&value);
	int n;

	if (!number(pt, 127, &n))
		return;
	if (n == 8 && is(value, "PCMA/8000"))
		o->pcma = true;
	else if (n == 0 && is(value, "PCMU/8000"))
		o->pcmu = true;
	else if (is(value, "telephone-event/8000"))
		o->pt_event = n;
}

/* Attributes of the session hold for our section unless it has its own: both are simply taken in turn. */
static bool read_attribute(struct web_sdp *o, struct str line)
{
	struct str value;

	if (starts(line, "ice-ufrag:", &value))
		return value.len >= 4 && keep(value, o->ufrag, sizeof(o->ufrag));
	if (starts(line, "ice-pwd:", &value))
		return value.len >= 22 && keep(value, o->pwd, sizeof(o->pwd));
	if (starts(line, "fingerprint:sha-256 ", &value))
		return o->has_fingerprint = read_fingerprint(value, o->fingerprint);
	if (starts(line, "setup:", &value))
		o->may_be_active = is(value, "actpass") || is(value, "active");
	else if (starts(line, "rtpmap:", &value))
		read_rtpmap(o, value);
	else if (is(line, "rtcp-mux"))
		o->rtcp_mux = true;
	else if (is(line, "sendonly"))
		o->receives = false;
	else if (is(line, "recvonly"))
		o->sends = false;
	else if (is(line, "inactive"))
		o->sends = o->receives = false;
	return true;
}

static bool read_line(struct web_sdp *o, struct str line)
{
	struct str value;

	if (starts(line, "m=", &value))
		return begin_section(o, value);
	if (!starts(line, "a=", &value))
		return true;
	if (o->n_sections > 0 && starts(value, "mid:", &line))
		return keep(line, o->sections[o->n_sections - 1].mid, sizeof(o->sections[0].mid));
	if (o->n_sections == 0 || o->audio == o->n_sections - 1)
		return read_attribute(o, value);
	return true;
}

static const char *what_is_missing(const struct web_sdp *o)
{
	const char *proto;

	if (o->audio == WEB_SECTIONS)
		return "it has no sound";
	proto = o->sections[o->audio].proto;
	if (strcmp(proto, "UDP/TLS/RTP/SAVPF") != 0)
		return "its sound isn't protected by DTLS-SRTP";
	if (!*o->sections[o->audio].mid)
		return "it has no a=mid";
	if (!*o->ufrag || !*o->pwd)
		return "it has no ICE credentials";
	if (!o->has_fingerprint)
		return "it has no SHA-256 fingerprint";
	if (!o->may_be_active)
		return "it doesn't want to begin the handshake (a=setup)";
	if (!o->rtcp_mux)
		return "it has no a=rtcp-mux";
	if (!o->pcma && !o->pcmu)
		return "it has neither PCMA nor PCMU";
	return NULL;
}

int web_sdp_read(struct str sdp, struct web_sdp *ret, struct fault *f)
{
	struct web_sdp o = {.audio = WEB_SECTIONS, .pt_event = -1, .sends = true, .receives = true};
	struct str line;
	const char *missing;

	if (sdp.len > SDP_MAX)
		return fail(f, E_INVALID, "sdp", "the offer is longer than %d bytes", SDP_MAX);
	if (!starts(sdp, "v=0", &line))
		return fail(f, E_INVALID, "sdp", "this is no session description");
	while (next_line(&sdp, &line)) {
		if (!read_line(&o, line))
			return fail(f, E_INVALID, "sdp", "a line of the offer is not well-formed");
	}
	missing = what_is_missing(&o);
	if (missing)
		return fail(f, E_INVALID, "sdp", "this offer cannot be answered: %s", missing);
	*ret = o;
	return 0;
}

/* ---- answering ------------------------------------------------------------------------------- */

static const char *direction(const struct web_sdp *o)
{
	if (o->sends && o->receives)
		return "sendrecv";
	return o->sends ? "recvonly" : o->receives ? "sendonly" : "inactive";
}

static void add_address(struct buf *b, const char *before, const struct sa *sa)
{
	char text[64];

	re_snprintf(text, sizeof(text), "%j", sa);
	buf_printf(b, "%s%s", before, text);
}

static void add_candidates(struct buf *b, const struct web_answer *a)
{
	for (size_t i = 0; i < a->n_addresses; i++) {
		/* RFC 8445 5.1.2.2: host, and our order of preference */
		buf_printf(b, "a=candidate:%zu 1 udp %u", i + 1, 126u << 24 | (65535u - (unsigned)i) << 8 | 255);
		add_address(b, " ", &a->addresses[i]);
		buf_printf(b, " %u typ host\r\n", a->port);
	}
	buf_adds(b, "a=end-of-candidates\r\n");
}

static void add_audio(struct buf *b, const struct web_sdp *o, const struct web_answer *a)
{
	const struct web_section *s = &o->sections[o->audio];
	bool v6 = a->n_addresses > 0 && sa_af(&a->addresses[0]) == AF_INET6;

	buf_printf(b, "m=audio %u %s %d", a->port, s->proto, a->pt);
	if (o->pt_event >= 0)
		buf_printf(b, " %d", o->pt_event);
	add_address(b, v6 ? "\r\nc=IN IP6 " : "\r\nc=IN IP4 ", &a->addresses[0]);
	buf_printf(b, "\r\na=mid:%s\r\na=%s\r\na=rtcp-mux\r\na=ptime:20\r\na=msid:lexline voice\r\n", s->mid, direction(o));
	buf_printf(b, "a=rtpmap:%d %s/8000\r\n", a->pt, a->pt == 8 ? "PCMA" : "PCMU");
	if (o->pt_event >= 0)
		buf_printf(b, "a=rtpmap:%d telephone-event/8000\r\na=fmtp:%d 0-15\r\n", o->pt_event, o->pt_event);
	buf_printf(b, "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\n", a->ufrag, a->pwd);
	buf_printf(b, "a=fingerprint:sha-256 %s\r\na=setup:passive\r\n", a->fingerprint);
	add_candidates(b, a);
}

void web_sdp_answer(const struct web_sdp *o, const struct web_answer *a, struct buf *ret)
{
	buf_printf(ret, "v=0\r\no=- %llu %u IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n", (unsigned long long)a->session, a->version);
	buf_printf(ret, "a=group:BUNDLE %s\r\na=ice-lite\r\n", o->sections[o->audio].mid);
	for (size_t i = 0; i < o->n_sections; i++) {
		const struct web_section *s = &o->sections[i];

		if (i == o->audio)
			add_audio(ret, o, a);
		else /* refused: pictures, files */
			buf_printf(ret, "m=%s 0 %s %s\r\nc=IN IP4 0.0.0.0\r\na=inactive\r\na=mid:%s\r\n", s->kind, s->proto, s->format, s->mid);
	}
}
