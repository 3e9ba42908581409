/* SPDX-License-Identifier: BSD-2-Clause */
#include "out/facts.h"

#include <stdio.h>

#include "tls/names.h"

/* RFC 7919: ffdhe2048 .. ffdhe8192 */
#define GROUP_FFDHE_FIRST 0x0100
#define GROUP_FFDHE_LAST 0x0104
/* draft-ietf-tls-mlkem: ML-KEM alone, without a curve beside it */
#define GROUP_MLKEM_FIRST 0x0200
#define GROUP_MLKEM_LAST 0x0202

uint64_t facts_start(const struct handshake *hs)
{
	if (hs->syn_time)
		return hs->syn_time;
	return hs->client_hello_time ? hs->client_hello_time : hs->end_time;
}

bool facts_span(uint64_t from, uint64_t to, uint64_t *ns)
{
	if (!from || !to || to < from)
		return false;
	*ns = to - from;
	return true;
}

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

bool facts_duration(const struct handshake *hs, uint64_t *ns)
{
	if (hs->outcome == HS_SUCCESS)
		return facts_span(hs->client_hello_time,
				  later(hs->client_finished_time, hs->server_finished_time), ns);
	if (hs->outcome == HS_FAILURE)
		return facts_span(hs->client_hello_time ? hs->client_hello_time : hs->syn_time,
				  hs->end_time, ns);
	return false;
}

const char *facts_version_label(const struct handshake *hs)
{
	const char *name;

	if (!hs->has_server_hello)
		return "none";
	name = tls_version_name(hs->server_hello.version);
	return name ? name : "other";
}

const char *facts_name(const char *name, uint16_t code, char buffer[FACTS_CODE_SIZE])
{
	if (name)
		return name;
	snprintf(buffer, FACTS_CODE_SIZE, "0x%04x", code);
	return buffer;
}

bool facts_resumed(const struct handshake *hs)
{
	return hs->resumption == HS_SESSION_ID || hs->resumption == HS_TICKET ||
	       hs->resumption == HS_PSK;
}

static bool within(uint16_t code, uint16_t first, uint16_t last)
{
	return code >= first && code <= last;
}

static const char *kind_of_share(uint16_t group, bool psk)
{
	if (within(group, GROUP_FFDHE_FIRST, GROUP_FFDHE_LAST))
		return psk ? "psk_dhe" : "dhe";
	if (psk)
		return "psk_ecdhe";
	if (within(group, GROUP_MLKEM_FIRST, GROUP_MLKEM_LAST))
		return "mlkem";
	return tls_group_is_post_quantum(group) ? "hybrid" : "ecdhe";
}

static bool key_exchange_13(const struct tls_server_hello *hello, struct key_exchange *kx)
{
	if (hello->has_key_share)
		*kx = (struct key_exchange){ kind_of_share(hello->group, hello->has_psk), true,
					     tls_group_is_post_quantum(hello->group) };
	else if (hello->has_psk)
		*kx = (struct key_exchange){ "psk", false, false };
	else
		return false;
	return true;
}

bool facts_key_exchange(const struct handshake *hs, struct key_exchange *kx)
{
	static const struct key_exchange by_suite[] = {
		[TLS_KX_RSA] = { "rsa", false, false },
		[TLS_KX_DHE] = { "dhe", true, false },
		[TLS_KX_ECDHE] = { "ecdhe", true, false },
		[TLS_KX_DH] = { "dh", false, false },
		[TLS_KX_ECDH] = { "ecdh", false, false },
		[TLS_KX_ANON_DH] = { "anon", true, false },
		[TLS_KX_ANON_ECDH] = { "anon", true, false },
		[TLS_KX_PSK] = { "psk", false, false },
		[TLS_KX_DHE_PSK] = { "psk_dhe", true, false },
		[TLS_KX_ECDHE_PSK] = { "psk_ecdhe", true, false },
		[TLS_KX_RSA_PSK] = { "psk_rsa", false, false },
		[TLS_KX_SRP] = { "srp", true, false },
		[TLS_KX_KRB5] = { "krb5", false, false },
		[TLS_KX_TLS13] = { NULL, false, false },
	};
	enum tls_kx kind;

	if (!hs->has_server_hello)
		return false;
	if (tls_is_13(hs->server_hello.version))
		return key_exchange_13(&hs->server_hello, kx);
	/* Before it is known whether the session is resumed, the suite alone would be a guess. */
	if (hs->resumption != HS_FULL)
		return false;
	kind = tls_cipher_kx(hs->server_hello.cipher_suite);
	if (!by_suite[kind].kind)
		return false;
	*kx = by_suite[kind];
	/* A hybrid group in TLS 1.2 is not standardized, but what was negotiated decides. */
	if (kind == TLS_KX_ECDHE && hs->has_group && tls_group_is_post_quantum(hs->group))
		*kx = (struct key_exchange){ "hybrid", true, true };
	return true;
}
