/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IANA registry "TLS HandshakeType" of https://www.iana.org/assignments/tls-parameters/,
 * as of 2026-06-18, by a public table made from that state of the registry; written as the RFCs
 * write the messages. Ascending by code.
 */
#include "tls/names_table.h"

const struct tls_name tls_handshakes[] = {
	{ 0x0000, "HelloRequest" },
	{ 0x0001, "ClientHello" },
	{ 0x0002, "ServerHello" },
	{ 0x0003, "HelloVerifyRequest" },
	{ 0x0004, "NewSessionTicket" },
	{ 0x0005, "EndOfEarlyData" },
	{ 0x0006, "HelloRetryRequest" },
	{ 0x0008, "EncryptedExtensions" },
	{ 0x0009, "RequestConnectionId" },
	{ 0x000a, "NewConnectionId" },
	{ 0x000b, "Certificate" },
	{ 0x000c, "ServerKeyExchange" },
	{ 0x000d, "CertificateRequest" },
	{ 0x000e, "ServerHelloDone" },
	{ 0x000f, "CertificateVerify" },
	{ 0x0010, "ClientKeyExchange" },
	{ 0x0011, "ClientCertificateRequest" },
	{ 0x0014, "Finished" },
	{ 0x0015, "CertificateURL" },
	{ 0x0016, "CertificateStatus" },
	{ 0x0017, "SupplementalData" },
	{ 0x0018, "KeyUpdate" },
	{ 0x0019, "CompressedCertificate" },
	{ 0x001a, "EKTKey" },
	{ 0x00fe, "message_hash" },
};

const size_t tls_handshakes_count = sizeof(tls_handshakes) / sizeof(tls_handshakes[0]);
