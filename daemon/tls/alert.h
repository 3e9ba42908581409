/* SPDX-License-Identifier: BSD-2-Clause */
/* An alert sent in the clear (RFC 8446 section 6). */
#ifndef SHAKETAP_ALERT_H
#define SHAKETAP_ALERT_H

#include "base/reader.h"
#include "tls/result.h"

#define TLS_ALERT_WARNING 1
#define TLS_ALERT_FATAL 2

struct tls_alert {
	uint8_t level; /* TLS_ALERT_WARNING or TLS_ALERT_FATAL */
	uint8_t code;
};

/*
 * The first alert in the body of an alert record; what follows it is not looked at.
 * TLS_MORE when fewer than TLS_ALERT_LEN bytes are there, TLS_BAD when the level is
 * none (a sealed alert looks like that, mostly).
 */
static inline enum tls_result tls_alert_parse(struct bytes body, struct tls_alert *alert)
{
	struct reader r = reader_of(body);
	uint8_t level, code;

	if (!reader_u8(&r, &level))
		return TLS_MORE;
	if (level != TLS_ALERT_WARNING && level != TLS_ALERT_FATAL)
		return TLS_BAD;
	if (!reader_u8(&r, &code))
		return TLS_MORE;
	*alert = (struct tls_alert){ level, code };
	return TLS_OK;
}

#endif
