/* Ports without sound, while media.c is being built: what would be set up is kept to be looked at. */
#include "sip_ports.h"

struct media {
	int unused;
};
struct port {
	port_handler handler;
	void *arg;
	uint16_t local;
};
struct port_setup last_setup;
int port_setups;
static uint16_t next_port = 30000;

int media_open(const struct media_options *o, struct media **ret, struct fault *f)
{
	(void)o;
	(void)f;
	*ret = calloc(1, sizeof(struct media));
	return 0;
}

void media_close(struct media *m)
{
	free(m);
}

int port_new(struct media *m, port_handler h, void *arg, struct port **ret)
{
	(void)m;
	*ret = calloc(1, sizeof(struct port));
	**ret = (struct port){h, arg, next_port += 2};
	return 0;
}

void port_free(struct port *p)
{
	free(p);
}

uint16_t port_local(const struct port *p)
{
	return p->local;
}

int port_setup(struct port *p, struct port_setup *s)
{
	(void)p;
	last_setup = *s;
	port_setups++;
	return 0;
}
