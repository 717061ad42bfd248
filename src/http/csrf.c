/* Requests forged from another site. */
#include "http/csrf.h"

#include <sodium.h>

/* "https://host:port" without the scheme */
static const char *authority(const char *origin)
{
	const char *p = strstr(origin, "://");

	return p ? p + 3 : "";
}

static bool same_site(const struct csrf_facts *q)
{
	if (q->fetch_site && strcmp(q->fetch_site, "same-origin") != 0 &&
	    strcmp(q->fetch_site, "none") != 0)
		return false;
	if (!q->origin)
		return true;
	if (q->own_origin && !strcasecmp(q->origin, q->own_origin))
		return true;
	return q->host && !strcasecmp(authority(q->origin), q->host);
}

int csrf_check(const struct csrf_facts *q, struct fault *f)
{
	if (!q->has_cookie || (!q->origin && !q->fetch_site))
		return 0;
	if (!same_site(q))
		return fail(f, E_CSRF, "", "The request comes from another site");
	if (!q->unsafe || !q->expected)
		return 0;
	if (!q->token || strlen(q->token) != strlen(q->expected) ||
	    sodium_memcmp(q->token, q->expected, strlen(q->expected)) != 0)
		return fail(f, E_CSRF, "",
			    "The header X-CSRF-Token is missing or old; reload the page");
	return 0;
}
