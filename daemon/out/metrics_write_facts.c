/* SPDX-License-Identifier: BSD-2-Clause */
/* Failures, alerts and what was negotiated on the page. */
#include "out/metrics_table.h"
#include "tls/names.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Where each cause is usually met: these rows are on the page from the start. */
static const struct {
	enum hs_stage stage;
	enum hs_side side;
} typical[HS_CAUSES] = {
	[HS_TCP_REFUSED] = { HS_TCP_SYN, HS_SERVER },
	[HS_TCP_TIMEOUT] = { HS_TCP_SYN, HS_NOBODY },
	[HS_NO_SERVER_HELLO] = { HS_CLIENT_HELLO, HS_NOBODY },
	[HS_CLIENT_HELLO_STALLED] = { HS_CLIENT_HELLO, HS_NOBODY },
	[HS_NOT_TLS_SERVER] = { HS_CLIENT_HELLO, HS_SERVER },
	[HS_VERSION_MISMATCH] = { HS_CLIENT_HELLO, HS_SERVER },
	[HS_HANDSHAKE_FAILURE] = { HS_CLIENT_HELLO, HS_SERVER },
	[HS_UNRECOGNIZED_NAME] = { HS_CLIENT_HELLO, HS_SERVER },
	[HS_ALPN_MISMATCH] = { HS_CLIENT_HELLO, HS_SERVER },
	[HS_CERTIFICATE_EXPIRED] = { HS_SERVER_FINISHED, HS_CLIENT },
	[HS_CERTIFICATE_REVOKED] = { HS_SERVER_FINISHED, HS_CLIENT },
	[HS_CERTIFICATE_UNKNOWN_CA] = { HS_SERVER_FINISHED, HS_CLIENT },
	[HS_CERTIFICATE_REJECTED] = { HS_SERVER_FINISHED, HS_CLIENT },
	[HS_CLIENT_CERTIFICATE_MISSING] = { HS_CLIENT_FINISHED, HS_SERVER },
	[HS_CLIENT_CERTIFICATE_REJECTED] = { HS_CLIENT_FINISHED, HS_SERVER },
	[HS_DECRYPT_ERROR] = { HS_CLIENT_FINISHED, HS_SERVER },
	[HS_PROTOCOL_ERROR] = { HS_CLIENT_HELLO, HS_SERVER },
	[HS_INTERNAL_ERROR] = { HS_CLIENT_HELLO, HS_SERVER },
	[HS_USER_CANCELED] = { HS_SERVER_FINISHED, HS_CLIENT },
	[HS_ACCESS_DENIED] = { HS_CLIENT_FINISHED, HS_SERVER },
	[HS_ALERT_OTHER] = { HS_CLIENT_HELLO, HS_SERVER },
	[HS_ENCRYPTED_ALERT] = { HS_SERVER_FINISHED, HS_CLIENT },
	[HS_RESET] = { HS_CLIENT_HELLO, HS_SERVER },
	[HS_CLOSED] = { HS_CLIENT_HELLO, HS_SERVER },
	[HS_TIMEOUT] = { HS_SERVER_FINISHED, HS_NOBODY },
};

static bool expected_failure(int role, int stage, int side, int cause)
{
	return (role == HS_ROLE_CLIENT || role == HS_ROLE_SERVER) && cause != HS_CAUSE_NONE &&
	       stage == (int)typical[cause].stage && side == (int)typical[cause].side;
}

static void write_failures_of(struct expo *e, const struct metrics *m, int role, int stage)
{
	for (int side = 0; side < HS_SIDES; side++)
		for (int cause = 0; cause < HS_CAUSES; cause++) {
			uint64_t n = m->failures[role][stage][side][cause];

			if (n || expected_failure(role, stage, side, cause))
				expo_u64(e,
					 EXPO_LABELS({ "role", hs_role_names[role] },
						     { "stage", hs_stage_names[stage] },
						     { "side", hs_side_names[side] },
						     { "cause", hs_cause_names[cause] }),
					 n);
		}
}

void metrics_write_failures(struct expo *e, const struct metrics *m)
{
	static const struct expo_family family = {
		"shaketap_handshake_failures_total", EXPO_COUNTER,
		"Failed TLS handshakes, by the last stage reached, who ended it, and why."
	};

	expo_family(e, &family);
	for (int role = 0; role < HS_ROLES; role++)
		for (int stage = 0; stage < HS_STAGES; stage++)
			write_failures_of(e, m, role, stage);
}

/* The error alerts of RFC 8446 section 6.2, all fatal. */
static bool expected_alert(int level, unsigned code)
{
	static const uint8_t codes[] = {
		10, 20, 22, 40, 42, 43, 44,  45,  46,  47,  48,	 49,  50,
		51, 70, 71, 80, 86, 90, 109, 110, 112, 113, 115, 116, 120
	};

	for (size_t i = 0; level == METRICS_FATAL && i < COUNT(codes); i++)
		if (codes[i] == code)
			return true;
	return false;
}

static const char *alert_label(unsigned slot)
{
	if (slot == METRICS_ALERT_ENCRYPTED)
		return "encrypted";
	return slot == METRICS_ALERT_UNKNOWN ? "unknown" : tls_alert_name((uint8_t)slot);
}

static void write_alerts_of(struct expo *e, const struct metrics *m, int side, int level)
{
	static const char *const levels[METRICS_LEVELS] = { "warning", "fatal", "unknown" };

	for (unsigned slot = 0; slot < METRICS_ALERTS; slot++) {
		const char *name = alert_label(slot);
		uint64_t n = m->alerts[side][level][slot];

		if (name && (n || expected_alert(level, slot)))
			expo_u64(e,
				 EXPO_LABELS({ "side", hs_side_names[side] },
					     { "level", levels[level] }, { "description", name }),
				 n);
	}
}

void metrics_write_alerts(struct expo *e, const struct metrics *m)
{
	static const struct expo_family family = { "shaketap_alerts_total", EXPO_COUNTER,
						   "Alerts seen during handshakes, by sender." };

	expo_family(e, &family);
	for (int side = HS_CLIENT; side <= HS_SERVER; side++)
		for (int level = 0; level < METRICS_LEVELS; level++)
			write_alerts_of(e, m, side, level);
}

/* Counted, or one of the n codes that are on the page from the start. */
static bool shown(const struct code_counts *c, int slot, const uint16_t *usual, size_t n)
{
	if (c->values[slot])
		return true;
	for (size_t i = 0; i < n; i++)
		if (code_counts_slot(c, usual[i]) == slot)
			return true;
	return false;
}

/* The suites of today (RFC 9325 section 4.2, RFC 8446 section 9.1) start at 0, others when seen. */
static void write_ciphers(struct expo *e, const struct metrics *m)
{
	static const uint16_t usual[] = { 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02c,
					  0xc02f, 0xc030, 0xcca8, 0xcca9 };
	static const struct expo_family family = { "shaketap_cipher_suites_total", EXPO_COUNTER,
						   "Handshakes by the cipher suite chosen." };
	int n = tls_cipher_count();

	expo_family(e, &family);
	for (int i = 0; i < n; i++) {
		uint16_t code = tls_cipher_code(i);

		if (shown(&m->ciphers, i, usual, COUNT(usual)))
			expo_u64(e, EXPO_LABELS({ "cipher", tls_cipher_name(code) }),
				 m->ciphers.values[i]);
	}
	expo_u64(e, EXPO_LABELS({ "cipher", "unknown" }), m->ciphers.unknown);
}

/* secp256r1, secp384r1, x25519, X25519MLKEM768 start at 0. */
static void write_groups(struct expo *e, const struct metrics *m)
{
	static const uint16_t usual[] = { 0x0017, 0x0018, 0x001d, 0x11ec };
	static const struct expo_family family = { "shaketap_key_exchange_groups_total",
						   EXPO_COUNTER,
						   "Handshakes by the key exchange group chosen." };
	int n = tls_group_count();

	expo_family(e, &family);
	for (int i = 0; i < n; i++) {
		uint16_t code = tls_group_code(i);
		bool strong = tls_group_is_post_quantum(code);

		if (shown(&m->groups, i, usual, COUNT(usual)))
			expo_u64(e,
				 EXPO_LABELS({ "group", tls_group_name(code) },
					     { "post_quantum", strong ? "true" : "false" }),
				 m->groups.values[i]);
	}
	expo_u64(e, EXPO_LABELS({ "group", "unknown" }, { "post_quantum", "false" }),
		 m->groups.unknown);
}

void metrics_write_negotiated(struct expo *e, const struct metrics *m)
{
	const struct {
		struct expo_family family;
		uint64_t value;
	} plain[] = {
		{ { "shaketap_hello_retry_requests_total", EXPO_COUNTER,
		    "Handshakes that took a HelloRetryRequest." },
		  m->hello_retries },
		{ { "shaketap_early_data_offered_total", EXPO_COUNTER,
		    "Handshakes in which the client offered early data." },
		  m->early_data_offered },
		{ { "shaketap_early_data_accepted_total", EXPO_COUNTER,
		    "Handshakes in which the server took early data." },
		  m->early_data_accepted },
		{ { "shaketap_post_quantum_offers_total", EXPO_COUNTER,
		    "ClientHellos that list a post-quantum group." },
		  m->post_quantum_offers },
	};

	for (size_t i = 0; i < COUNT(plain); i++) {
		expo_family(e, &plain[i].family);
		expo_u64(e, EXPO_NO_LABELS, plain[i].value);
	}
	write_ciphers(e, m);
	write_groups(e, m);
}
