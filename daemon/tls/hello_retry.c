/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls/hello_retry.h"

#include <string.h>

#include "tls/ext.h"

#define DRAFT_VERSION 0x7f00
#define DRAFT_WITH_SUITE 19

enum tls_result tls_hello_retry_parse(struct bytes body, struct tls_server_hello *hello)
{
	struct reader r = reader_of(body), block;

	memset(hello, 0, sizeof(*hello));
	hello->hello_retry = true;
	if (!reader_u16(&r, &hello->legacy_version) ||
	    (hello->legacy_version & 0xff00) != DRAFT_VERSION)
		return TLS_BAD;
	hello->version = hello->legacy_version;
	if ((hello->version & 0xff) >= DRAFT_WITH_SUITE && !reader_u16(&r, &hello->cipher_suite))
		return TLS_BAD;
	if (!reader_u16_prefixed(&r, &block) || !reader_empty(&r))
		return TLS_BAD;
	return tls_extensions_parse(block, &(struct tls_ext_target){ .server = hello });
}
