/* SPDX-License-Identifier: BSD-2-Clause */
/* A capture file of any form, from its first byte to the records and the page of metrics. */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/util.h"
#include "check_record.h"
#include "check_text.h"
#include "file/packets.h"
#include "input.h"
#include "must.h"
#include "replay.h"

#define PACKETS_MAX 4096
#define SENTENCE_MAX 8192

static void on_concluded(void *ctx, const struct handshake *hs)
{
	(void)ctx;
	check_record(hs);
}

static void check_sentence(const char *sentence)
{
	MUST(strncmp(sentence, "/proc/self/fd/", 14) == 0);
	check_printable(sentence, strlen(sentence));
}

static void replay_file(struct packets *packets)
{
	static uint64_t tls_ports[65536 / 64];
	const struct replay_config config = { .timeout = 10 * NS_PER_S,
					      .tls_ports = tls_ports,
					      .concluded = on_concluded };
	struct replay *replay = replay_new(&config);
	struct replay_counts counts;
	struct file_packet packet;
	uint64_t done, all, n = 0;

	MUST(replay);
	memset(tls_ports, 0xff, sizeof(tls_ports));
	while (n < PACKETS_MAX && packets_next(packets, &packet) == PACKETS_OK) {
		touch(packet.bytes);
		MUST(packet.file && packet.bytes.n <= packet.length);
		if (packet.interface)
			touch((struct bytes){ (const uint8_t *)packet.interface,
					      strlen(packet.interface) });
		MUST(replay_packet(replay, &packet, n % 3) < DECODE_RESULTS);
		n++;
		packets_progress(packets, &done, &all);
		MUST(done <= all);
	}
	replay_finish(replay);
	replay_counts(replay, &counts);
	for (int i = 0; i < DECODE_RESULTS; i++)
		n -= counts.packets[i];
	MUST(n == 0);
	replay_free(replay);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64], error[SENTENCE_MAX] = "";
	const char *names[] = { path };
	struct packets *packets;
	int fd = memfd_create("capture", MFD_CLOEXEC);

	MUST(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	packets = packets_open(names, 1, error, sizeof(error));
	if (packets) {
		replay_file(packets);
		if (size % 64 == 0)
			check_page();
		for (size_t i = 0; packets_damage(packets, i); i++)
			check_sentence(packets_damage(packets, i));
		packets_close(packets);
	} else {
		check_sentence(error);
	}
	close(fd);
	return 0;
}
