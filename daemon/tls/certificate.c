/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls/certificate.h"

#include "base/reader.h"

enum tls_result tls_certificate_list_parse(struct bytes body, struct tls_certificate_list *out)
{
	struct reader r = reader_of(body);
	struct reader list, one;

	*out = (struct tls_certificate_list){ 0 };
	if (!reader_u24_prefixed(&r, &list) || !reader_empty(&r))
		return TLS_BAD;
	while (!reader_empty(&list)) {
		if (!reader_u24_prefixed(&list, &one) || reader_empty(&one))
			return TLS_BAD;
		if (!out->count++)
			out->leaf = reader_rest(&one);
	}
	return TLS_OK;
}
