/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls/key_exchange.h"

#include "base/reader.h"
#include "tls_wire.h"

/* RFC 8422 section 5.4 */
enum curve_type { EXPLICIT_PRIME = 1, EXPLICIT_CHAR2 = 2, NAMED_CURVE = 3 };

/* A longer prime is refused; its length in bits would not fit dh_bits. */
#define DH_PRIME_MAX 8191

static unsigned bit_length(struct reader number)
{
	uint8_t high;
	unsigned bits;

	do
		if (!reader_u8(&number, &high))
			return 0;
	while (!high);
	for (bits = 0; high; high >>= 1)
		bits++;
	return bits + 8 * (unsigned)number.n;
}

/* ServerECDHParams, RFC 8422 section 5.4 */
static bool parse_ecdh(struct reader *r, struct tls_key_exchange *out)
{
	struct reader point;
	uint8_t type;

	if (!reader_u8(r, &type))
		return false;
	if (type == EXPLICIT_PRIME || type == EXPLICIT_CHAR2)
		return true;
	if (type != NAMED_CURVE || !reader_u16(r, &out->group))
		return false;
	out->has_group = true;
	return reader_u8_prefixed(r, &point) && !reader_empty(&point);
}

/* ServerDHParams, RFC 5246 section 7.4.3 */
static bool parse_dh(struct reader *r, struct tls_key_exchange *out)
{
	struct reader prime, generator, public;

	if (!reader_u16_prefixed(r, &prime) || !reader_u16_prefixed(r, &generator) ||
	    !reader_u16_prefixed(r, &public))
		return false;
	if (prime.n > DH_PRIME_MAX)
		return false;
	out->dh_bits = (uint16_t)bit_length(prime);
	return out->dh_bits && !reader_empty(&generator) && !reader_empty(&public);
}

/* RFC 5246 section 7.4.3: what follows the parameters. A scheme we cannot read is no fault. */
static void parse_signature(struct reader r, struct tls_key_exchange *out)
{
	struct reader signature;
	uint16_t scheme;

	if (reader_u16(&r, &scheme) && reader_u16_prefixed(&r, &signature) && reader_empty(&r))
		out->signature = scheme;
}

enum tls_result tls_key_exchange_parse(struct bytes body, enum tls_kx kx, uint16_t version,
				       struct tls_key_exchange *out)
{
	struct reader r = reader_of(body);
	struct reader hint;
	bool ok;

	*out = (struct tls_key_exchange){ 0 };
	switch (kx) {
	case TLS_KX_ECDHE:
	case TLS_KX_ANON_ECDH:
		ok = parse_ecdh(&r, out);
		break;
	case TLS_KX_DHE:
	case TLS_KX_ANON_DH:
		ok = parse_dh(&r, out);
		break;
	case TLS_KX_ECDHE_PSK: /* RFC 5489 section 2 */
		ok = reader_u16_prefixed(&r, &hint) && parse_ecdh(&r, out);
		break;
	case TLS_KX_DHE_PSK: /* RFC 4279 section 3 */
		ok = reader_u16_prefixed(&r, &hint) && parse_dh(&r, out);
		break;
	default:
		ok = true;
		break;
	}
	if (!ok)
		return TLS_BAD;
	if ((kx == TLS_KX_ECDHE || kx == TLS_KX_DHE) && version == TLS_VERSION_1_2 &&
	    (out->has_group || out->dh_bits))
		parse_signature(r, out);
	return TLS_OK;
}

bool tls_certificate_is_empty(struct bytes body)
{
	struct reader r = reader_of(body);
	uint32_t length;

	return reader_u24(&r, &length) && length == 0;
}
