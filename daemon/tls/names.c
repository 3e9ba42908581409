/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls/names.h"

#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "tls/names_table.h"
#include "tls_wire.h"

/* Without branches on what is found: which way it goes nobody can foresee. */
static int index_of(const struct tls_name *table, size_t count, uint16_t code)
{
	size_t low = 0;

	for (size_t left = count; left > 1; left -= left / 2)
		low += table[low + left / 2].code <= code ? left / 2 : 0;
	return count && table[low].code == code ? (int)low : -1;
}

static const char *name_of(const struct tls_name *table, size_t count, uint16_t code)
{
	int index = index_of(table, count, code);

	return index < 0 ? NULL : table[index].name;
}

const char *tls_cipher_name(uint16_t code)
{
	return name_of(tls_ciphers, tls_ciphers_count, code);
}

const char *tls_group_name(uint16_t code)
{
	return name_of(tls_groups, tls_groups_count, code);
}

const char *tls_signature_name(uint16_t code)
{
	return name_of(tls_signatures, tls_signatures_count, code);
}

const char *tls_alert_name(uint8_t code)
{
	return name_of(tls_alerts, tls_alerts_count, code);
}

const char *tls_handshake_name(uint8_t type)
{
	return name_of(tls_handshakes, tls_handshakes_count, type);
}

const char *tls_extension_name(uint16_t id)
{
	return name_of(tls_extensions, tls_extensions_count, id);
}

const char *tls_extension_text(uint16_t id, char buffer[TLS_EXTENSION_CODE_SIZE])
{
	const char *name = tls_extension_name(id);

	if (name)
		return name;
	snprintf(buffer, TLS_EXTENSION_CODE_SIZE, "0x%04x", id);
	return buffer;
}

const char *tls_version_name(uint16_t code)
{
	switch (code) {
	case TLS_VERSION_SSL2:
		return "2.0";
	case TLS_VERSION_SSL3:
		return "3.0";
	case TLS_VERSION_1_0:
		return "1.0";
	case TLS_VERSION_1_1:
		return "1.1";
	case TLS_VERSION_1_2:
		return "1.2";
	case TLS_VERSION_1_3:
		return "1.3";
	default:
		return NULL;
	}
}

bool tls_is_13(uint16_t version)
{
	/* The IETF's drafts, and Facebook's (0xfb17 is its draft 23). */
	return version == TLS_VERSION_1_3 || version >> 8 == 0x7f || version >> 8 == 0xfb;
}

/*
 * Those with MLKEM or Kyber in their name, ascending. It is asked of every group that a client
 * offers, and most are curves, in front of them all.
 */
static const uint16_t post_quantum[] = {
	0x0200, 0x0201, 0x0202, 0x11e9, 0x11ea, 0x11eb, 0x11ec, 0x11ed, 0x11ee, 0x6399, 0x639a,
};

bool tls_group_is_post_quantum(uint16_t code)
{
	for (size_t i = 0; i < ARRAY_SIZE(post_quantum) && post_quantum[i] <= code; i++)
		if (post_quantum[i] == code)
			return true;
	return false;
}

int tls_cipher_index(uint16_t code)
{
	return index_of(tls_ciphers, tls_ciphers_count, code);
}

int tls_cipher_count(void)
{
	return (int)tls_ciphers_count;
}

uint16_t tls_cipher_code(int index)
{
	return tls_ciphers[index].code;
}

int tls_group_index(uint16_t code)
{
	return index_of(tls_groups, tls_groups_count, code);
}

int tls_group_count(void)
{
	return (int)tls_groups_count;
}

uint16_t tls_group_code(int index)
{
	return tls_groups[index].code;
}

/* The registry's names begin with the key exchange; longer beginnings first. */
static const struct {
	const char *start;
	enum tls_kx kx;
} exchanges[] = {
	{ "TLS_ECDHE_PSK_", TLS_KX_ECDHE_PSK },
	{ "TLS_ECDHE_", TLS_KX_ECDHE },
	{ "TLS_ECDH_anon_", TLS_KX_ANON_ECDH },
	{ "TLS_ECDH_", TLS_KX_ECDH },
	{ "TLS_ECCPWD_", TLS_KX_ECDHE },
	{ "TLS_DHE_PSK_", TLS_KX_DHE_PSK },
	{ "TLS_PSK_DHE_", TLS_KX_DHE_PSK },
	{ "TLS_DHE_", TLS_KX_DHE },
	{ "TLS_DH_anon_", TLS_KX_ANON_DH },
	{ "TLS_DH_", TLS_KX_DH },
	{ "TLS_RSA_PSK_", TLS_KX_RSA_PSK },
	{ "TLS_RSA_", TLS_KX_RSA },
	{ "TLS_PSK_", TLS_KX_PSK },
	{ "TLS_SRP_", TLS_KX_SRP },
	{ "TLS_KRB5_", TLS_KX_KRB5 },
	{ "TLS_AES_", TLS_KX_TLS13 },
	{ "TLS_ASCONAEAD128_", TLS_KX_TLS13 },
	{ "TLS_CHACHA20_", TLS_KX_TLS13 },
	{ "TLS_SM4_", TLS_KX_TLS13 },
	{ "TLS_AEGIS_", TLS_KX_TLS13 },
	{ "TLS_SHA256_", TLS_KX_TLS13 },
	{ "TLS_SHA384_", TLS_KX_TLS13 },
	{ "TLS_GOSTR341112_256_WITH_KUZNYECHIK_MGM", TLS_KX_TLS13 },
	{ "TLS_GOSTR341112_256_WITH_MAGMA_MGM", TLS_KX_TLS13 },
};

enum tls_kx tls_cipher_kx(uint16_t code)
{
	const char *name = tls_cipher_name(code);

	for (size_t i = 0; name && i < ARRAY_SIZE(exchanges); i++)
		if (!strncmp(name, exchanges[i].start, strlen(exchanges[i].start)))
			return exchanges[i].kx;
	return TLS_KX_UNKNOWN;
}

/*
 * RFC 8446 section B.4, RFC 8998, RFC 9150 (whose "tag" is the HMAC), draft-denis-tls-aegis (tags
 * of 128 bits), RFC 9367 (GOST), NIST SP 800-232 (Ascon: 256-bit hash, tags of 128 bits).
 * Drafts up to 15 took those of TLS 1.2.
 */
static const struct {
	uint16_t cipher;
	uint8_t hash, tag;
} suites13[] = {
	{ 0x1301, 32, 16 }, { 0x1302, 48, 16 }, { 0x1303, 32, 16 }, { 0x1304, 32, 16 },
	{ 0x1305, 32, 8 },  { 0x00c6, 32, 16 }, { 0x00c7, 32, 16 }, { 0xc0b4, 32, 32 },
	{ 0xc0b5, 48, 48 }, { 0x1306, 64, 16 }, { 0x1307, 32, 16 }, { 0xc103, 32, 16 },
	{ 0xc104, 32, 8 },  { 0xc105, 32, 16 }, { 0xc106, 32, 8 },  { 0x006e, 32, 16 },
	{ 0x006f, 32, 16 }, { 0x0070, 32, 16 }, { 0x0071, 32, 16 }, { 0xc02b, 32, 16 },
	{ 0xc02c, 48, 16 }, { 0xc02f, 32, 16 }, { 0xc030, 48, 16 }, { 0xcca8, 32, 16 },
	{ 0xcca9, 32, 16 },
};

unsigned tls13_hash_length(uint16_t cipher)
{
	for (size_t i = 0; i < ARRAY_SIZE(suites13); i++)
		if (suites13[i].cipher == cipher)
			return suites13[i].hash;
	return 0;
}

unsigned tls13_tag_length(uint16_t cipher)
{
	for (size_t i = 0; i < ARRAY_SIZE(suites13); i++)
		if (suites13[i].cipher == cipher)
			return suites13[i].tag;
	return 0;
}
