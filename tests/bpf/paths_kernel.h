/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets of a capture through the kernel programs, and what they say through a
 * pipeline that lives by the clock of the capture.
 */
#ifndef TEST_PATHS_KERNEL_H
#define TEST_PATHS_KERNEL_H

#include "file/decode.h"
#include "paths_device.h"
#include "paths_facts.h"
#include "track/handshake.h"

struct kernel_path_config {
	uint64_t timeout;	   /* ns without progress, by the clock of the capture */
	uint64_t interval;	   /* ns between drains, by the clock of the capture; 0: none */
	const uint64_t *tls_ports; /* bit set, borrowed */
	struct device tap, tun;
	void (*concluded)(void *ctx, const struct handshake *hs);
	void *ctx;
};

struct kernel_path;

/* Loads the programs and attaches them; exits with a message when it cannot. */
struct kernel_path *kernel_path_new(const struct kernel_path_config *config);
void kernel_path_free(struct kernel_path *path);

/* Another capture, as if nothing had passed before. facts: borrowed until its end, added to. */
void kernel_path_begin(struct kernel_path *path, struct facts *facts);

/*
 * One packet of the capture; result and segment are what decode_packet() made of it. The
 * number of events it gave.
 */
uint64_t kernel_path_packet(struct kernel_path *path, const struct file_packet *packet,
			    enum decode_result result, const struct tcp_segment *segment);

/* The capture is at its end. */
void kernel_path_finish(struct kernel_path *path);

#endif
