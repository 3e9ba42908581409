/* SPDX-License-Identifier: BSD-2-Clause */
/* The contract's names for what the tracker says. */
#include "track/handshake.h"

const char *const hs_stage_names[HS_STAGES] = {
	[HS_TCP_SYN] = "tcp_syn",
	[HS_CLIENT_HELLO] = "client_hello",
	[HS_HELLO_RETRY_REQUEST] = "hello_retry_request",
	[HS_SERVER_HELLO] = "server_hello",
	[HS_SERVER_CERTIFICATE] = "server_certificate",
	[HS_SERVER_KEY_EXCHANGE] = "server_key_exchange",
	[HS_SERVER_HELLO_DONE] = "server_hello_done",
	[HS_CLIENT_KEY_EXCHANGE] = "client_key_exchange",
	[HS_CLIENT_FINISHED] = "client_finished",
	[HS_SERVER_FINISHED] = "server_finished",
	[HS_ESTABLISHED] = "established",
};

const char *const hs_cause_names[HS_CAUSES] = {
	[HS_CAUSE_NONE] = "none",
	[HS_TCP_REFUSED] = "tcp_refused",
	[HS_TCP_TIMEOUT] = "tcp_timeout",
	[HS_NO_SERVER_HELLO] = "no_server_hello",
	[HS_CLIENT_HELLO_STALLED] = "client_hello_stalled",
	[HS_NOT_TLS_SERVER] = "not_tls_server",
	[HS_VERSION_MISMATCH] = "version_mismatch",
	[HS_HANDSHAKE_FAILURE] = "handshake_failure",
	[HS_UNRECOGNIZED_NAME] = "unrecognized_name",
	[HS_ALPN_MISMATCH] = "alpn_mismatch",
	[HS_CERTIFICATE_EXPIRED] = "certificate_expired",
	[HS_CERTIFICATE_REVOKED] = "certificate_revoked",
	[HS_CERTIFICATE_UNKNOWN_CA] = "certificate_unknown_ca",
	[HS_CERTIFICATE_REJECTED] = "certificate_rejected",
	[HS_CLIENT_CERTIFICATE_MISSING] = "client_certificate_missing",
	[HS_CLIENT_CERTIFICATE_REJECTED] = "client_certificate_rejected",
	[HS_DECRYPT_ERROR] = "decrypt_error",
	[HS_PROTOCOL_ERROR] = "protocol_error",
	[HS_INTERNAL_ERROR] = "internal_error",
	[HS_USER_CANCELED] = "user_canceled",
	[HS_ACCESS_DENIED] = "access_denied",
	[HS_ALERT_OTHER] = "alert_other",
	[HS_ENCRYPTED_ALERT] = "encrypted_alert",
	[HS_RESET] = "reset",
	[HS_CLOSED] = "closed",
	[HS_TIMEOUT] = "timeout",
};

const char *const hs_unknown_names[HS_UNKNOWN_CAUSES] = {
	[HS_UNKNOWN_NONE] = "none",	  [HS_JOINED_MIDWAY] = "joined_midway",
	[HS_LOST_EVENTS] = "lost_events", [HS_GAP] = "gap",
	[HS_OVER_BUDGET] = "over_budget", [HS_EVICTED] = "evicted",
	[HS_STILL_OPEN] = "still_open",
};

const char *const hs_side_names[HS_SIDES] = {
	[HS_CLIENT] = "client",
	[HS_SERVER] = "server",
	[HS_NOBODY] = "none",
};

const char *const hs_role_names[HS_ROLES] = {
	[HS_ROLE_NONE] = "none", [HS_ROLE_CLIENT] = "client",	    [HS_ROLE_SERVER] = "server",
	[HS_ROLE_BOTH] = "both", [HS_ROLE_FORWARDED] = "forwarded",
};

const char *const hs_resumption_names[HS_RESUMPTIONS] = {
	[HS_RESUMPTION_NONE] = "none", [HS_FULL] = "full", [HS_SESSION_ID] = "session_id",
	[HS_TICKET] = "ticket",	       [HS_PSK] = "psk",
};

const char *const hs_early_data_names[4] = {
	[HS_EARLY_NONE] = "none",
	[HS_EARLY_OFFERED] = "offered",
	[HS_EARLY_ACCEPTED] = "accepted",
	[HS_EARLY_REJECTED] = "rejected",
};

const char *const hs_client_certificate_names[4] = {
	[HS_CERT_NONE] = "none",
	[HS_CERT_REQUESTED] = "requested",
	[HS_CERT_SENT] = "sent",
	[HS_CERT_EMPTY] = "empty",
};
