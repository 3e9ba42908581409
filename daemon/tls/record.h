/* SPDX-License-Identifier: BSD-2-Clause */
/* The record layer (RFC 8446 section 5.1): type u8, version u16, length u16, body. */
#ifndef SHAKETAP_RECORD_H
#define SHAKETAP_RECORD_H

#include "base/bytes.h"
#include "tls/result.h"
#include "tls_wire.h"

struct tls_record {
	uint8_t type; /* TLS_RECORD_* */
	uint16_t version;
	uint16_t length; /* of the body that follows the header */
};

/*
 * Judge the header at the start of `in`; what follows it is not looked at.
 * TLS_MORE when fewer than TLS_RECORD_HEADER_LEN bytes are there and those could
 * begin a record. TLS_BAD on an unknown type, a version other than 3.0 to 3.4, or a
 * length over TLS_RECORD_BODY_MAX. Only application data may be empty (section 5.1), but
 * what is to be made of other empty records is for the peer to decide.
 */
enum tls_result tls_record_header_parse(struct bytes in, struct tls_record *rec);

#endif
