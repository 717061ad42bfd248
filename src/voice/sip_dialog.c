/* Dialogs, RFC 3261 §12. */
#include "voice/sip_private.h"

static char *print(const char *fmt, ...)
{
	char *s = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (re_vsdprintf(&s, fmt, ap))
		s = NULL;
	va_end(ap);
	return s;
}

static char *copy(const struct pl *pl)
{
	char *s = NULL;

	if (!pl->p) /* no tag: RFC 2543 */
		return str_dup(&s, "") ? NULL : s;
	return pl_strdup(&s, pl) ? NULL : s;
}

static bool add_route(const struct sip_hdr *hdr, const struct sip_msg *msg, void *arg)
{
	struct mbuf *mb = arg;

	(void)msg;
	/* A long list is an attack on memory, not a way. */
	return mb->end + hdr->val.l > 4096 || mbuf_printf(mb, "Route: %r\r\n", &hdr->val) != 0;
}

/*
 * Where a URI of theirs leads: a name (libre's resolver is not used) and whoever comes by TCP or TLS without saying so is
 * reached where the message came from.
 */
static void take_hop(struct dialog *d, const struct sip_msg *msg, const struct sip_addr *addr)
{
	struct pl transport;
	struct sa literal;

	if (d->fixed_hop)
		return;
	if (sa_set(&literal, &addr->uri.host, SIP_PORT))
		re_snprintf(d->next_hop, sizeof(d->next_hop), "sip:%J%s", &msg->src, sip_transp_param(msg->tp));
	else if (msg->tp != SIP_TRANSP_UDP && msg_param_decode(&addr->uri.params, "transport", &transport))
		re_snprintf(d->next_hop, sizeof(d->next_hop), "%r%s", &addr->auri, sip_transp_param(msg->tp));
	else
		pl_copy(d->next_hop, sizeof(d->next_hop), &addr->auri);
}

/* Route set and first hop from Record-Route: in order for a request, reversed for a response. */
static int take_routes(struct dialog *d, const struct sip_msg *msg)
{
	const struct sip_hdr *first;
	struct sip_addr addr;
	struct mbuf *mb;

	first = sip_msg_hdr_apply(msg, msg->req, SIP_HDR_RECORD_ROUTE, NULL, NULL);
	if (!first)
		return 0;
	mb = mbuf_alloc(256);
	if (!mb)
		return -E_NO_MEMORY;
	if (sip_msg_hdr_apply(msg, msg->req, SIP_HDR_RECORD_ROUTE, add_route, mb)) {
		mem_deref(mb);
		return -E_MALFORMED;
	}
	mem_deref(d->routes);
	d->routes = mb;
	if (!sip_addr_decode(&addr, &first->val))
		take_hop(d, msg, &addr);
	return 0;
}

static int take_target(struct dialog *d, const struct sip_msg *msg)
{
	const struct sip_hdr *contact = sip_msg_hdr(msg, SIP_HDR_CONTACT);
	struct sip_addr addr;
	char *target;

	/* RFC 2543 had no Contact in INVITE: then it is who speaks. */
	if (!contact && msg->req)
		addr = (struct sip_addr){.auri = msg->from.auri, .uri = msg->from.uri};
	else if (!contact || sip_addr_decode(&addr, &contact->val))
		return -E_MALFORMED;
	if (!addr.auri.l || addr.auri.l >= SIP_URI_MAX)
		return -E_MALFORMED;
	target = copy(&addr.auri);
	if (!target)
		return -E_NO_MEMORY;
	mem_deref(d->target);
	d->target = target;
	if (!d->routes)
		take_hop(d, msg, &addr);
	return 0;
}

int dialog_of_request(struct dialog *d, const struct sip_msg *msg)
{
	int r;

	d->call_id = copy(&msg->callid);
	d->local_tag = print("%016llx", msg->tag);
	d->remote_tag = copy(&msg->from.tag);
	d->local = print("%r;tag=%016llx", &msg->to.val, msg->tag);
	d->remote = copy(&msg->from.val);
	d->local_seq = rand_u16();
	d->remote_seq = msg->cseq.num;
	if (!d->call_id || !d->local_tag || !d->remote_tag || !d->local || !d->remote)
		return -E_NO_MEMORY;
	if ((r = take_routes(d, msg)) < 0)
		return r;
	return take_target(d, msg);
}

int dialog_new(struct dialog *d, const char *target, const char *from, const char *to, const char *next_hop)
{
	struct pl pl;

	d->call_id = print("%016llx%016llx", rand_u64(), rand_u64());
	d->local_tag = print("%016llx", rand_u64());
	d->local = print("%s;tag=%s", from, d->local_tag);
	d->remote = print("%s", to);
	pl_set_str(&pl, target);
	d->target = copy(&pl);
	d->local_seq = rand_u16();
	snprintf(d->next_hop, sizeof(d->next_hop), "%s", next_hop);
	d->fixed_hop = true;
	return d->call_id && d->local_tag && d->local && d->remote && d->target ? 0 : -E_NO_MEMORY;
}

int dialog_of_response(struct dialog *d, const struct sip_msg *msg)
{
	char *tag, *remote;
	int r;

	if (!pl_isset(&msg->to.tag))
		return -E_MALFORMED;
	tag = copy(&msg->to.tag);
	remote = copy(&msg->to.val);
	if (!tag || !remote) {
		mem_deref(tag);
		mem_deref(remote);
		return -E_NO_MEMORY;
	}
	mem_deref(d->remote_tag);
	mem_deref(d->remote);
	d->remote_tag = tag;
	d->remote = remote;
	if ((r = take_routes(d, msg)) < 0)
		return r;
	return sip_msg_hdr(msg, SIP_HDR_CONTACT) ? take_target(d, msg) : 0;
}

void dialog_refresh_target(struct dialog *d, const struct sip_msg *msg)
{
	if (sip_msg_hdr(msg, SIP_HDR_CONTACT) && take_target(d, msg) < 0)
		return; /* unreadable: the old one stands */
}

bool dialog_has(const struct dialog *d, const struct sip_msg *msg)
{
	const struct pl *local = msg->req ? &msg->to.tag : &msg->from.tag;
	const struct pl *remote = msg->req ? &msg->from.tag : &msg->to.tag;

	return d->call_id && d->remote_tag && !pl_strcmp(&msg->callid, d->call_id) &&
	       !pl_strcmp(local, d->local_tag) && !pl_strcmp(remote, d->remote_tag);
}

void dialog_release(struct dialog *d)
{
	d->call_id = mem_deref(d->call_id);
	d->local_tag = mem_deref(d->local_tag);
	d->remote_tag = mem_deref(d->remote_tag);
	d->local = mem_deref(d->local);
	d->remote = mem_deref(d->remote);
	d->target = mem_deref(d->target);
	d->routes = mem_deref(d->routes);
}
