/* ICE, the lite side (RFC 8445 2.5): we answer the browser's checks; it chooses. */
#include "voice/web_private.h"

bool web_checked(const struct web_leg *l, const struct sa *from)
{
	for (unsigned i = 0; i < WEB_CHECKED && i < l->n_checked; i++) {
		if (sa_cmp(&l->checked[i], from, SA_ALL))
			return true;
	}
	return false;
}

static void remember(struct web_leg *l, const struct sa *from)
{
	if (!web_checked(l, from))
		l->checked[l->n_checked++ % WEB_CHECKED] = *from;
}

/* "OURS:THEIRS" (RFC 8445 7.2.2) */
static bool right_user(const struct web_leg *l, const struct stun_msg *msg)
{
	const struct stun_attr *user = stun_msg_attr(msg, STUN_ATTR_USERNAME);
	size_t ours = strlen(l->ufrag);

	return user && user->v.username && strncmp(user->v.username, l->ufrag, ours) == 0 && user->v.username[ours] == ':' &&
	       strcmp(user->v.username + ours + 1, l->offer.ufrag) == 0;
}

static void reply(struct web_leg *l, const struct stun_msg *msg, const struct sa *to, const struct stun_errcode *error)
{
	struct mbuf *mb = mbuf_alloc(256);
	int err;

	if (!mb)
		return;
	if (error)
		err = stun_msg_encode(mb, STUN_METHOD_BINDING, STUN_CLASS_ERROR_RESP, stun_msg_tid(msg), error,
				      (const uint8_t *)l->pwd, strlen(l->pwd), true, 0, 0);
	else
		err = stun_msg_encode(mb, STUN_METHOD_BINDING, STUN_CLASS_SUCCESS_RESP, stun_msg_tid(msg), NULL,
				      (const uint8_t *)l->pwd, strlen(l->pwd), true, 0, 1, STUN_ATTR_XOR_MAPPED_ADDR, to);
	if (err == 0)
		(void)port_send_raw(l->leg.port, to, mb->buf, mb->end);
	mem_deref(mb);
}

static bool answer_check(struct web_leg *l, const struct sa *from, const struct stun_msg *msg)
{
	struct stun_errcode conflict = {.code = 487, .reason = (char *)"Role Conflict"};

	if (stun_msg_class(msg) != STUN_CLASS_REQUEST || stun_msg_method(msg) != STUN_METHOD_BINDING)
		return false;
	if (!right_user(l, msg) || stun_msg_chk_mi(msg, (const uint8_t *)l->pwd, strlen(l->pwd)) != 0)
		return false;
	if (stun_msg_attr(msg, STUN_ATTR_CONTROLLED)) {
		reply(l, msg, from, &conflict); /* a lite side is always the controlled one */
		return false;
	}
	remember(l, from);
	reply(l, msg, from, NULL);
	port_alive(l->leg.port);
	return stun_msg_attr(msg, STUN_ATTR_USE_CAND) != NULL;
}

bool web_ice(struct web_leg *l, const struct sa *from, uint8_t *data, size_t len)
{
	struct stun_unknown_attr unknown;
	struct mbuf *mb = mbuf_alloc(len);
	struct stun_msg *msg = NULL;
	bool chosen = false;

	if (!mb)
		return false;
	if (mbuf_write_mem(mb, data, len) == 0) {
		mb->pos = 0;
		if (stun_msg_decode(&msg, mb, &unknown) == 0)
			chosen = answer_check(l, from, msg);
	}
	mem_deref(msg);
	mem_deref(mb);
	return chosen;
}
