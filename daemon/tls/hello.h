/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ClientHello and ServerHello (RFC 8446 section 4.1, RFC 5246 section 7.4.1).
 *
 * Parsing copies nothing: the struct bytes point into the message, big-endian
 * as on the wire, and live as long as it does. A run with p == NULL means that
 * the field or extension was absent; p != NULL with n == 0 means present, empty.
 * Lists keep the order of the wire and their GREASE values (RFC 8701).
 */
#ifndef SHAKETAP_TLS_HELLO_H
#define SHAKETAP_TLS_HELLO_H

#include <stdbool.h>

#include "base/bytes.h"
#include "tls/result.h"
#include "tls_wire.h"

/* Ids noted; later extensions are read all the same. */
#define TLS_EXTENSIONS_MAX 128
/* The same of a ServerHello: it answers what was offered, and keeps for as long as the handshake.
 */
#define TLS_SERVER_EXTENSIONS_MAX 32
/* Groups of key shares noted; later ones are read all the same. */
#define TLS_KEY_SHARES_MAX 64

struct tls_client_hello {
	uint16_t legacy_version;
	uint8_t random[TLS_RANDOM_LEN];
	uint8_t session_id_length;
	uint32_t length;	    /* of the message body */
	uint32_t size;		    /* bytes of a copy by tls_client_hello_keep(); 0: it is none */
	struct bytes cipher_suites; /* u16 list */
	struct bytes compression;   /* u8 list */
	struct bytes extensions;    /* u16 list of ids; points into `ids` below */
	struct bytes server_name;   /* host_name bytes as sent */
	struct bytes versions;	    /* u16 list, supported_versions */
	struct bytes groups;	    /* u16 list, supported_groups */
	struct bytes key_shares;    /* u16 list of groups; points into `shares` below */
	struct bytes signatures;    /* u16 list, signature_algorithms */
	struct bytes alpn;	    /* list of u8-length-prefixed names, without the outer length */
	struct bytes point_formats; /* u8 list, ec_point_formats (RFC 8422) */
	uint32_t session_ticket;    /* bytes of the session_ticket extension (RFC 5077) */
	bool psk;		    /* pre_shared_key offered */
	bool psk_only_modes;	    /* psk_key_exchange_modes offers psk_ke but not psk_dhe_ke */
	bool early_data;
	bool ech;	    /* encrypted_client_hello (0xfe0d) present, GREASE included */
	bool grease;	    /* any GREASE value anywhere */
	bool fallback_scsv; /* TLS_FALLBACK_SCSV among the suites (RFC 7507) */
	bool extended_ms;   /* extended_master_secret */
	bool sslv2;	    /* it came in the form of SSL 2.0, see tls/sslv2.h */
	bool torn;	    /* the block of extensions falls apart; what came before is here */
	bool has_bad_extension;
	uint16_t bad_extension; /* the first whose body we could not read, or that came again */
	uint8_t ids[2 * TLS_EXTENSIONS_MAX];
	uint8_t shares[2 * TLS_KEY_SHARES_MAX];
};

struct tls_server_hello {
	uint16_t legacy_version;
	uint16_t version; /* negotiated: supported_versions if there, else legacy_version */
	uint8_t random[TLS_RANDOM_LEN];
	uint8_t session_id_length;
	uint8_t session_id[32];
	uint16_t cipher_suite;
	uint8_t compression;
	bool hello_retry;   /* the random is that of a HelloRetryRequest (section 4.1.3) */
	bool has_key_share; /* key_share present: group is valid */
	uint16_t group;	    /* chosen group; in a HelloRetryRequest the requested one */
	bool has_psk;	    /* pre_shared_key present: psk_index is valid */
	uint16_t psk_index;
	bool session_ticket; /* session_ticket extension present (a NewSessionTicket will follow) */
	struct bytes alpn;   /* the name chosen; TLS 1.2 and older show it */
	struct bytes extensions; /* u16 list of ids; points into `ids` */
	bool has_bad_extension;	 /* as in a ClientHello */
	uint16_t bad_extension;
	uint8_t ids[2 * TLS_SERVER_EXTENSIONS_MAX];
};

/*
 * Parse the body of a ClientHello (without the 4-byte message header).
 * TLS_OK or TLS_BAD, never TLS_MORE: the caller has the whole message. The body of
 * one extension never makes the hello bad: what we cannot read (an old draft, rubbish)
 * is left out, as if absent, and noted as bad_extension; its peer may mind or not.
 * Where the block of extensions falls apart, `torn` is set and bad_extension says where, if
 * it came as far as an id. TLS_BAD: the part before the extensions is not there.
 * `hello` points into itself (ids, shares) and into `body`: do not copy it by value;
 * use tls_client_hello_keep().
 */
enum tls_result tls_client_hello_parse(struct bytes body, struct tls_client_hello *hello);

/*
 * As above for a ServerHello or HelloRetryRequest; drafts of TLS 1.3 (0x7f..) included. Only
 * supported_versions must be right: without it all that follows would be misread.
 */
enum tls_result tls_server_hello_parse(struct bytes body, struct tls_server_hello *hello);

/*
 * A copy that stands on its own, in one allocation sized to what is really there (the
 * fixed arrays ids and shares are not part of it). Free with free(). NULL when memory is out.
 */
struct tls_client_hello *tls_client_hello_keep(const struct tls_client_hello *hello);

/* The bytes tls_client_hello_keep() allocated, for accounting. */
size_t tls_client_hello_size(const struct tls_client_hello *hello);

/* The same bytes without an address in them, for memory that is no hello: as many. */
void tls_client_hello_store(const struct tls_client_hello *kept, void *out);
/* Back from there, as tls_client_hello_keep() had made it. size: of the one that was stored. */
struct tls_client_hello *tls_client_hello_load(const void *stored, size_t size);

/* RFC 8701: 0x0a0a, 0x1a1a ... 0xfafa. */
static inline bool tls_is_grease(uint16_t code)
{
	return (code & 0x0f0f) == 0x0a0a && code >> 8 == (code & 0xff);
}

#endif
