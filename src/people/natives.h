/**
 * @file natives.h  The operations of this room that are carried out in C, one table in people.c.
 */
#ifndef LEXLINE_PEOPLE_NATIVES_H
#define LEXLINE_PEOPLE_NATIVES_H

#include "store/op.h"

/* sign_in.c */
int sign_in_prepare(struct call *call);
int sign_in_apply(struct call *call, struct tx *tx);
int sign_in_finish(struct call *call);
int sign_out_apply(struct call *call, struct tx *tx);
int sign_out_finish(struct call *call);

/* me.c */
int me_show_apply(struct call *call, struct tx *tx);
int me_end_session_apply(struct call *call, struct tx *tx);
int me_end_session_finish(struct call *call);
int me_password_prepare(struct call *call);
int me_password_apply(struct call *call, struct tx *tx);
int me_totp_prepare(struct call *call);
int me_totp_apply(struct call *call, struct tx *tx);
int me_totp_finish(struct call *call);
int me_totp_confirm_apply(struct call *call, struct tx *tx);
int me_totp_remove_prepare(struct call *call);
int me_totp_remove_apply(struct call *call, struct tx *tx);
int me_changed_finish(struct call *call);

/* people_ops.c */
int people_create_prepare(struct call *call);
int people_create_apply(struct call *call, struct tx *tx);
int people_create_finish(struct call *call);
int people_update_prepare(struct call *call);
int people_update_apply(struct call *call, struct tx *tx);
int people_reset_prepare(struct call *call);
int people_reset_apply(struct call *call, struct tx *tx);
int people_reset_finish(struct call *call);
int people_unlock_apply(struct call *call, struct tx *tx);
int people_changed_finish(struct call *call);

/* role_ops.c */
int role_list_finish(struct call *call);
int role_create_prepare(struct call *call);
int role_update_prepare(struct call *call);
int role_put_apply(struct call *call, struct tx *tx);
int role_delete_apply(struct call *call, struct tx *tx);
int role_changed_finish(struct call *call);
int role_grants_apply(struct call *call, struct tx *tx);
int role_set_grant_apply(struct call *call, struct tx *tx);
int role_set_grant_finish(struct call *call);

/* org_ops.c */
int org_create_apply(struct call *call, struct tx *tx);
int org_update_apply(struct call *call, struct tx *tx);
int org_changed_finish(struct call *call);

/* client_ops.c, client_reveal.c, conflicts.c */
int client_list_apply(struct call *call, struct tx *tx);
int client_lookup_apply(struct call *call, struct tx *tx);
int client_show_apply(struct call *call, struct tx *tx);
int client_create_prepare(struct call *call);
int client_create_apply(struct call *call, struct tx *tx);
int client_update_prepare(struct call *call);
int client_update_apply(struct call *call, struct tx *tx);
int client_reveal_apply(struct call *call, struct tx *tx);
int client_export_apply(struct call *call, struct tx *tx);
int client_erase_apply(struct call *call, struct tx *tx);
int client_erase_finish(struct call *call);
int party_add_apply(struct call *call, struct tx *tx);
int party_list_apply(struct call *call, struct tx *tx);
int party_drop_apply(struct call *call, struct tx *tx);
int client_cases_apply(struct call *call, struct tx *tx);
int conflicts_apply(struct call *call, struct tx *tx);

/* typing.c */
int typing_finish_apply(struct call *call, struct tx *tx);

#endif
