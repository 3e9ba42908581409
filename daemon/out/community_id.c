/* SPDX-License-Identifier: BSD-2-Clause */
#include "out/community_id.h"

#include <netinet/in.h>
#include <openssl/evp.h>
#include <string.h>

#include "base/addr.h"
#include "base/digest.h"

/* Address, then port, both in network order: comparing bytes compares numbers. */
struct end_bytes {
	uint8_t addr[16];
	size_t addr_length;
	uint8_t port[2];
};

static struct end_bytes end_bytes(const struct hs_end *end)
{
	struct end_bytes b = { .port = { (uint8_t)(end->port >> 8), (uint8_t)end->port } };

	if (addr_is_v4(end->addr)) {
		b.addr_length = 4;
		memcpy(b.addr, &end->addr[3], 4);
	} else {
		b.addr_length = 16;
		memcpy(b.addr, end->addr, 16);
	}
	return b;
}

/* Ends of one connection are of one family, so padding never decides. */
static int compare(const struct end_bytes *a, const struct end_bytes *b)
{
	int order = memcmp(a->addr, b->addr, sizeof(a->addr));

	return order ? order : memcmp(a->port, b->port, sizeof(a->port));
}

static size_t append(uint8_t *to, size_t n, const void *from, size_t length)
{
	memcpy(to + n, from, length);
	return n + length;
}

bool community_id(const struct hs_end *a, const struct hs_end *b, struct digester *digester,
		  char out[COMMUNITY_ID_SIZE])
{
	static const uint8_t protocol[2] = { IPPROTO_TCP, 0 }; /* and one byte of padding */
	static const uint8_t seed[2] = { 0, 0 };
	struct end_bytes low = end_bytes(a), high = end_bytes(b), swap;
	uint8_t input[2 + 16 + 16 + 2 + 2 + 2], sha1[DIGEST_MAX];
	size_t n = 0;

	if (compare(&low, &high) > 0) {
		swap = low;
		low = high;
		high = swap;
	}
	n = append(input, n, seed, sizeof(seed));
	n = append(input, n, low.addr, low.addr_length);
	n = append(input, n, high.addr, high.addr_length);
	n = append(input, n, protocol, sizeof(protocol));
	n = append(input, n, low.port, sizeof(low.port));
	n = append(input, n, high.port, sizeof(high.port));
	if (!digest_with(digester, DIGEST_SHA1, (struct bytes){ input, n }, sha1))
		return false;
	/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): the block behind it ends the text */
	memcpy(out, "1:", 2);
	EVP_EncodeBlock((unsigned char *)out + 2, sha1, DIGEST_SHA1_LEN);
	return true;
}
