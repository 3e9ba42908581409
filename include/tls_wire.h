/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Code points and sizes of the TLS wire format that more than one stage needs.
 * Numbers only: no types, no code, so that bpf/ and daemon/ can share it.
 * Section numbers without a document are those of RFC 8446.
 */
#ifndef SHAKETAP_TLS_WIRE_H
#define SHAKETAP_TLS_WIRE_H

/* Record header (section 5.1): type u8, version u16, length u16. */
#define TLS_RECORD_HEADER_LEN 5
/* RFC 5246 section 6.2.3 allows 2^14 + 2048 for ciphertext; TLS 1.3 allows less. */
#define TLS_RECORD_BODY_MAX (16384 + 2048)

#define TLS_RECORD_CHANGE_CIPHER_SPEC 20
#define TLS_RECORD_ALERT 21
#define TLS_RECORD_HANDSHAKE 22
#define TLS_RECORD_APPLICATION_DATA 23
#define TLS_RECORD_HEARTBEAT 24 /* RFC 6520 */

/* Handshake message header (section 4): type u8, length u24. */
#define TLS_HANDSHAKE_HEADER_LEN 4

#define TLS_HANDSHAKE_HELLO_REQUEST 0
#define TLS_HANDSHAKE_CLIENT_HELLO 1
#define TLS_HANDSHAKE_SERVER_HELLO 2
#define TLS_HANDSHAKE_NEW_SESSION_TICKET 4
#define TLS_HANDSHAKE_END_OF_EARLY_DATA 5
#define TLS_HANDSHAKE_HELLO_RETRY_REQUEST 6 /* drafts up to 21 only */
#define TLS_HANDSHAKE_ENCRYPTED_EXTENSIONS 8
#define TLS_HANDSHAKE_CERTIFICATE 11
#define TLS_HANDSHAKE_SERVER_KEY_EXCHANGE 12
#define TLS_HANDSHAKE_CERTIFICATE_REQUEST 13
#define TLS_HANDSHAKE_SERVER_HELLO_DONE 14
#define TLS_HANDSHAKE_CERTIFICATE_VERIFY 15
#define TLS_HANDSHAKE_CLIENT_KEY_EXCHANGE 16
#define TLS_HANDSHAKE_FINISHED 20
#define TLS_HANDSHAKE_CERTIFICATE_URL 21
#define TLS_HANDSHAKE_CERTIFICATE_STATUS 22
#define TLS_HANDSHAKE_KEY_UPDATE 24
#define TLS_HANDSHAKE_COMPRESSED_CERTIFICATE 25
#define TLS_HANDSHAKE_NEXT_PROTOCOL 67

/* The shortest ClientHello: version, random, empty session id, one suite, one compression method.
 */
#define TLS_CLIENT_HELLO_MIN (2 + 32 + 1 + 2 + 2 + 1 + 1)
/* The shortest ServerHello: version, random, empty session id, suite, compression method. */
#define TLS_SERVER_HELLO_MIN (2 + 32 + 1 + 2 + 1)

#define TLS_RANDOM_LEN 32
#define TLS_SESSION_ID_MAX 32

/* Suites of TLS 1.3 with a tag of 16 bytes (appendix B.4). */
#define TLS_AES_128_GCM_SHA256 0x1301
#define TLS_AES_256_GCM_SHA384 0x1302
#define TLS_CHACHA20_POLY1305_SHA256 0x1303
#define TLS_AES_128_CCM_SHA256 0x1304

/*
 * SSL 2.0 (RFC 5246 appendix E.2, RFC 6101 appendix E): a record header of two bytes, the
 * length with its highest bit set; of three, when there is padding.
 */
#define SSLV2_RECORD_HEADER_LEN 2
#define SSLV2_CLIENT_HELLO 1
/* Type, version, and the lengths of the cipher specs, the session id and the challenge. */
#define SSLV2_CLIENT_HELLO_HEAD_LEN 9
#define SSLV2_CIPHER_SPEC_LEN 3
#define SSLV2_SESSION_ID_LEN 16 /* or none */
#define SSLV2_CHALLENGE_MAX 32	/* at least 16, but not all keep to that */
#define SSLV2_CLIENT_HELLO_MIN (SSLV2_CLIENT_HELLO_HEAD_LEN + SSLV2_CIPHER_SPEC_LEN + 1)
/* Our bound: more than a thousand cipher specs. */
#define SSLV2_CLIENT_HELLO_MAX 4095

#define TLS_ALERT_LEN 2

/* Body of a Certificate message without any certificate (RFC 5246 section 7.4.2). */
#define TLS_CERTIFICATE_EMPTY_LEN 3

#define TLS_VERSION_SSL2 0x0002
#define TLS_VERSION_SSL3 0x0300
#define TLS_VERSION_1_0 0x0301
#define TLS_VERSION_1_1 0x0302
#define TLS_VERSION_1_2 0x0303
#define TLS_VERSION_1_3 0x0304

#endif
