/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IANA registry "TLS SignatureScheme" of https://www.iana.org/assignments/tls-parameters/,
 * as of 2026-09-29, by a public table generated from the registry on that day. The pairs of TLS 1.2
 * (hash, signature) that are no scheme of TLS 1.3, like 0x0202 (SHA-1, DSA), have no name in it:
 * their block is "Reserved for backward compatibility". Ascending by code.
 */
#include "tls/names_table.h"

const struct tls_name tls_signatures[] = {
	{ 0x0201, "rsa_pkcs1_sha1" },
	{ 0x0203, "ecdsa_sha1" },
	{ 0x0401, "rsa_pkcs1_sha256" },
	{ 0x0403, "ecdsa_secp256r1_sha256" },
	{ 0x0420, "rsa_pkcs1_sha256_legacy" },
	{ 0x0501, "rsa_pkcs1_sha384" },
	{ 0x0503, "ecdsa_secp384r1_sha384" },
	{ 0x0520, "rsa_pkcs1_sha384_legacy" },
	{ 0x0601, "rsa_pkcs1_sha512" },
	{ 0x0603, "ecdsa_secp521r1_sha512" },
	{ 0x0620, "rsa_pkcs1_sha512_legacy" },
	{ 0x0704, "eccsi_sha256" },
	{ 0x0705, "iso_ibs1" },
	{ 0x0706, "iso_ibs2" },
	{ 0x0707, "iso_chinese_ibs" },
	{ 0x0708, "sm2sig_sm3" },
	{ 0x0709, "gostr34102012_256a" },
	{ 0x070a, "gostr34102012_256b" },
	{ 0x070b, "gostr34102012_256c" },
	{ 0x070c, "gostr34102012_256d" },
	{ 0x070d, "gostr34102012_512a" },
	{ 0x070e, "gostr34102012_512b" },
	{ 0x070f, "gostr34102012_512c" },
	{ 0x0804, "rsa_pss_rsae_sha256" },
	{ 0x0805, "rsa_pss_rsae_sha384" },
	{ 0x0806, "rsa_pss_rsae_sha512" },
	{ 0x0807, "ed25519" },
	{ 0x0808, "ed448" },
	{ 0x0809, "rsa_pss_pss_sha256" },
	{ 0x080a, "rsa_pss_pss_sha384" },
	{ 0x080b, "rsa_pss_pss_sha512" },
	{ 0x081a, "ecdsa_brainpoolP256r1tls13_sha256" },
	{ 0x081b, "ecdsa_brainpoolP384r1tls13_sha384" },
	{ 0x081c, "ecdsa_brainpoolP512r1tls13_sha512" },
	{ 0x0904, "mldsa44" },
	{ 0x0905, "mldsa65" },
	{ 0x0906, "mldsa87" },
	{ 0x0911, "slhdsa_sha2_128s" },
	{ 0x0912, "slhdsa_sha2_128f" },
	{ 0x0913, "slhdsa_sha2_192s" },
	{ 0x0914, "slhdsa_sha2_192f" },
	{ 0x0915, "slhdsa_sha2_256s" },
	{ 0x0916, "slhdsa_sha2_256f" },
	{ 0x0917, "slhdsa_shake_128s" },
	{ 0x0918, "slhdsa_shake_128f" },
	{ 0x0919, "slhdsa_shake_192s" },
	{ 0x091a, "slhdsa_shake_192f" },
	{ 0x091b, "slhdsa_shake_256s" },
	{ 0x091c, "slhdsa_shake_256f" },
};

const size_t tls_signatures_count = sizeof(tls_signatures) / sizeof(tls_signatures[0]);
