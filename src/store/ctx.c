#include "store/ctx.h"

#include "base/memory.h"

bool actor_has_role(const struct actor *a, const char *role)
{
	for (const char **r = a->roles; r && *r; r++)
		if (!strcmp(*r, role))
			return true;
	return false;
}

struct ctx *ctx_new_system(struct env *env)
{
	struct ctx *ctx = mem_new(sizeof(*ctx));

	ctx->env = env;
	ctx->arena = arena_new();
	ctx->actor = (struct actor){.id = ACTOR_SYSTEM, .name = "system"};
	ctx->now_ms = time_now_ms();
	return ctx;
}

void ctx_free(struct ctx *ctx)
{
	if (!ctx)
		return;
	arena_free(ctx->arena);
	free(ctx);
}

void ctx_freep(struct ctx **ctx)
{
	ctx_free(*ctx);
	*ctx = NULL;
}
