/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls/record.h"

#include "base/reader.h"

#define VERSION_MAJOR 3
#define VERSION_MINOR_MAX 4

/* Each byte is judged as soon as it is there: what is no TLS should not be waited for. */
enum tls_result tls_record_header_parse(struct bytes in, struct tls_record *rec)
{
	struct reader r = reader_of(in);
	uint8_t type, major, minor, high, low;
	uint16_t length;

	if (!reader_u8(&r, &type))
		return TLS_MORE;
	if (type < TLS_RECORD_CHANGE_CIPHER_SPEC || type > TLS_RECORD_HEARTBEAT)
		return TLS_BAD;
	if (!reader_u8(&r, &major))
		return TLS_MORE;
	if (major != VERSION_MAJOR)
		return TLS_BAD;
	if (!reader_u8(&r, &minor))
		return TLS_MORE;
	if (minor > VERSION_MINOR_MAX)
		return TLS_BAD;
	if (!reader_u8(&r, &high))
		return TLS_MORE;
	if (high > TLS_RECORD_BODY_MAX >> 8)
		return TLS_BAD;
	if (!reader_u8(&r, &low))
		return TLS_MORE;
	length = (uint16_t)(high << 8 | low);
	if (length > TLS_RECORD_BODY_MAX)
		return TLS_BAD;
	*rec = (struct tls_record){ type, (uint16_t)(major << 8 | minor), length };
	return TLS_OK;
}
