/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IANA registry "TLS Alerts" of https://www.iana.org/assignments/tls-parameters/,
 * as of 2026-06-18, by a public table made from that state of the registry. Ascending by code.
 */
#include "tls/names_table.h"

const struct tls_name tls_alerts[] = {
	{ 0x0000, "close_notify" },
	{ 0x000a, "unexpected_message" },
	{ 0x0014, "bad_record_mac" },
	{ 0x0015, "decryption_failed_RESERVED" },
	{ 0x0016, "record_overflow" },
	{ 0x001e, "decompression_failure_RESERVED" },
	{ 0x0028, "handshake_failure" },
	{ 0x0029, "no_certificate_RESERVED" },
	{ 0x002a, "bad_certificate" },
	{ 0x002b, "unsupported_certificate" },
	{ 0x002c, "certificate_revoked" },
	{ 0x002d, "certificate_expired" },
	{ 0x002e, "certificate_unknown" },
	{ 0x002f, "illegal_parameter" },
	{ 0x0030, "unknown_ca" },
	{ 0x0031, "access_denied" },
	{ 0x0032, "decode_error" },
	{ 0x0033, "decrypt_error" },
	{ 0x0034, "too_many_cids_requested" },
	{ 0x003c, "export_restriction_RESERVED" },
	{ 0x0046, "protocol_version" },
	{ 0x0047, "insufficient_security" },
	{ 0x0050, "internal_error" },
	{ 0x0056, "inappropriate_fallback" },
	{ 0x005a, "user_canceled" },
	{ 0x0064, "no_renegotiation_RESERVED" },
	{ 0x006d, "missing_extension" },
	{ 0x006e, "unsupported_extension" },
	{ 0x006f, "certificate_unobtainable_RESERVED" },
	{ 0x0070, "unrecognized_name" },
	{ 0x0071, "bad_certificate_status_response" },
	{ 0x0072, "bad_certificate_hash_value_RESERVED" },
	{ 0x0073, "unknown_psk_identity" },
	{ 0x0074, "certificate_required" },
	{ 0x0075, "general_error" },
	{ 0x0078, "no_application_protocol" },
	{ 0x0079, "ech_required" },
};

const size_t tls_alerts_count = sizeof(tls_alerts) / sizeof(tls_alerts[0]);
