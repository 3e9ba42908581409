/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls/record.h"

#include "base/reader.h"
#include "base/util.h"

#define VERSION_MAJOR 3
#define VERSION_MINOR_MAX 4

/* What each byte may be; of the last one that depends on the one before. */
static const struct {
	uint8_t min, max;
} allowed[TLS_RECORD_HEADER_LEN - 1] = {
	{ TLS_RECORD_CHANGE_CIPHER_SPEC, TLS_RECORD_HEARTBEAT },
	{ VERSION_MAJOR, VERSION_MAJOR },
	{ 0, VERSION_MINOR_MAX },
	{ 0, TLS_RECORD_BODY_MAX >> 8 },
};

/* Each byte is judged as soon as it is there: what is no TLS should not be waited for. */
enum tls_result tls_record_header_parse(struct bytes in, struct tls_record *rec)
{
	struct reader r = reader_of(in);
	struct bytes header;
	uint16_t length;

	for (size_t i = 0; i < min_size(in.n, ARRAY_SIZE(allowed)); i++)
		if (in.p[i] < allowed[i].min || in.p[i] > allowed[i].max)
			return TLS_BAD;
	if (!reader_bytes(&r, TLS_RECORD_HEADER_LEN, &header))
		return TLS_MORE;
	length = (uint16_t)(header.p[3] << 8 | header.p[4]);
	if (length > TLS_RECORD_BODY_MAX)
		return TLS_BAD;
	*rec = (struct tls_record){ header.p[0], (uint16_t)(header.p[1] << 8 | header.p[2]),
				    length };
	return TLS_OK;
}
