/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What of SSL 2.0 is still met: a ClientHello in its form, which clients sent that could
 * speak it but wished for more (RFC 5246 appendix E.2, RFC 6101 appendix E), and the answer
 * of a server that speaks nothing better. Records have a header of their own:
 *
 *   0x8000 + length u16                       | type u8 of the message | ...
 *          + length u16, below 0x4000 | padding u8 | type u8 of the message | ...
 */
#ifndef SHAKETAP_TLS_SSLV2_H
#define SHAKETAP_TLS_SSLV2_H

#include "base/util.h"
#include "tls/hello.h"

/* A record header of two bytes and the type of the message. */
#define SSLV2_HEAD_LEN (SSLV2_RECORD_HEADER_LEN + 1)

/*
 * Does a ClientHello in the form of SSL 2.0 begin at the start of `in`? TLS_OK: *whole is the
 * length of its record, header included. TLS_MORE: fewer than SSLV2_HEAD_LEN bytes are there,
 * and those fit. TLS_BAD: it does not, or is longer than SSLV2_CLIENT_HELLO_MAX.
 */
COLD enum tls_result sslv2_client_hello_head(struct bytes in, uint32_t *whole);

/*
 * Parse what follows the type: version u16, the lengths of the cipher specs, the session id and
 * the challenge, u16 each, then these three. TLS_OK or TLS_BAD. Of the specs, three bytes each,
 * those that stand for a suite of TLS (the first byte is 0) are the cipher_suites, up to
 * TLS_EXTENSIONS_MAX of them; without any the run is absent. The challenge is the random,
 * right-aligned behind zeros. Compression and extensions are absent.
 * As with tls_client_hello_parse() `hello` points into itself.
 */
COLD enum tls_result sslv2_client_hello_parse(struct bytes body, struct tls_client_hello *hello);

/* What a server says in SSL 2.0 to such a hello. */
struct sslv2_answer {
	bool error;	 /* else it is a ServerHello */
	uint16_t length; /* of the message behind its type */
	uint16_t code;	 /* of the error */
};

/*
 * The first TLS_RECORD_HEADER_LEN bytes tell, fewer never do. TLS_OK or TLS_BAD: it is no
 * answer in SSL 2.0.
 */
COLD enum tls_result sslv2_answer_parse(struct bytes in, struct sslv2_answer *answer);

#endif
