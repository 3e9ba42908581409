/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls/sslv2.h"

#include <string.h>

#include "base/reader.h"

#define TWO_BYTE_HEADER 0x8000
#define ESCAPE 0x4000 /* in a header of three bytes: not data; nobody has ever used it */

#define MESSAGE_ERROR 0
#define MESSAGE_SERVER_HELLO 4

/* Type and code. */
#define ERROR_LEN 3
/* Type, session id hit, certificate type, version, three lengths of two bytes. */
#define SERVER_HELLO_MIN 11
/* Session id hit, certificate type: 0 or 1 (X.509), as far as anybody defined them. */
#define SERVER_HELLO_FLAG_MAX 1

/* Each byte is judged as soon as it is there, as with the records of TLS. */
enum tls_result sslv2_client_hello_head(struct bytes in, uint32_t *whole)
{
	struct reader r = reader_of(in);
	uint8_t high, low, type;
	uint32_t length;

	if (!reader_u8(&r, &high))
		return TLS_MORE;
	if (high < TWO_BYTE_HEADER >> 8 || high > (TWO_BYTE_HEADER | SSLV2_CLIENT_HELLO_MAX) >> 8)
		return TLS_BAD;
	if (!reader_u8(&r, &low))
		return TLS_MORE;
	length = (uint32_t)(high << 8 | low) & ~(uint32_t)TWO_BYTE_HEADER;
	if (length < SSLV2_CLIENT_HELLO_MIN || length > SSLV2_CLIENT_HELLO_MAX)
		return TLS_BAD;
	if (!reader_u8(&r, &type))
		return TLS_MORE;
	if (type != SSLV2_CLIENT_HELLO)
		return TLS_BAD;
	*whole = SSLV2_RECORD_HEADER_LEN + length;
	return TLS_OK;
}

/* RFC 5246 appendix E.2: "{ 0x00, CipherSuite }" next to the kinds of SSL 2.0 itself. */
static void take_suites(struct bytes specs, struct tls_client_hello *hello)
{
	struct reader r = reader_of(specs);
	size_t n = 0;
	uint8_t kind;
	struct bytes suite;

	/* There are no extensions: the room for their ids is free. */
	while (n < TLS_EXTENSIONS_MAX && reader_u8(&r, &kind) && reader_bytes(&r, 2, &suite))
		if (!kind)
			memcpy(hello->ids + 2 * n++, suite.p, 2);
	if (n)
		hello->cipher_suites = (struct bytes){ hello->ids, 2 * n };
}

enum tls_result sslv2_client_hello_parse(struct bytes body, struct tls_client_hello *hello)
{
	struct reader r = reader_of(body);
	uint16_t specs_n, session_id_n, challenge_n;
	struct bytes specs, session_id, challenge;

	memset(hello, 0, sizeof(*hello));
	hello->sslv2 = true;
	hello->length = (uint32_t)body.n;
	if (!reader_u16(&r, &hello->legacy_version) || !reader_u16(&r, &specs_n) ||
	    !reader_u16(&r, &session_id_n) || !reader_u16(&r, &challenge_n))
		return TLS_BAD;
	if (hello->legacy_version != TLS_VERSION_SSL2 && hello->legacy_version >> 8 != 3)
		return TLS_BAD;
	if (!specs_n || specs_n % SSLV2_CIPHER_SPEC_LEN ||
	    (session_id_n && session_id_n != SSLV2_SESSION_ID_LEN) || !challenge_n ||
	    challenge_n > SSLV2_CHALLENGE_MAX)
		return TLS_BAD;
	if (!reader_bytes(&r, specs_n, &specs) || !reader_bytes(&r, session_id_n, &session_id) ||
	    !reader_bytes(&r, challenge_n, &challenge) || !reader_empty(&r))
		return TLS_BAD;
	hello->session_id_length = (uint8_t)session_id.n;
	memcpy(hello->random + TLS_RANDOM_LEN - challenge.n, challenge.p, challenge.n);
	take_suites(specs, hello);
	return TLS_OK;
}

/* Behind the header and the type; what the bytes do not reach is not looked at. */
static bool is_server_hello(struct reader *r, uint16_t length)
{
	uint8_t hit, certificate;

	if (length < SERVER_HELLO_MIN || !reader_u8(r, &hit) || hit > SERVER_HELLO_FLAG_MAX)
		return false;
	return !reader_u8(r, &certificate) || certificate <= SERVER_HELLO_FLAG_MAX;
}

enum tls_result sslv2_answer_parse(struct bytes in, struct sslv2_answer *answer)
{
	struct reader r = reader_of(in);
	uint16_t length;
	uint8_t padding, type;

	*answer = (struct sslv2_answer){ 0 };
	if (in.n < TLS_RECORD_HEADER_LEN || !reader_u16(&r, &length))
		return TLS_BAD;
	if (length & TWO_BYTE_HEADER)
		length &= (uint16_t)~TWO_BYTE_HEADER;
	else if (length & ESCAPE || !reader_u8(&r, &padding) || padding)
		return TLS_BAD; /* in the clear nothing is padded */
	if (!length || !reader_u8(&r, &type))
		return TLS_BAD;
	answer->length = length - 1;
	answer->error = type == MESSAGE_ERROR;
	if (answer->error)
		return length == ERROR_LEN && reader_u16(&r, &answer->code) ? TLS_OK : TLS_BAD;
	return type == MESSAGE_SERVER_HELLO && is_server_hello(&r, length) ? TLS_OK : TLS_BAD;
}
