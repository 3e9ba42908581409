/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Traffic of many connections, out of one network device:
 *   load -n COUNT [-f FIRST] [-r PER_SECOND] [-a BITS] [-b BYTES] [-m SEGMENT] [-p PORT] [-v VLAN]
 *     DEVICE SCRIPT|FILE.pcap
 * A script is one of scripts.c, a file is a capture of a few connections (see
 * pcap/template.h). COUNT copies of it are sent, see pcap/copies.h; PER_SECOND of them begin in
 * each second, or as many as one processor can send. What was sent, and how fast, is said on
 * standard output.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "load/scripts.h"
#include "pcap/copies.h"

#define NS_PER_S 1000000000ULL
#define FIRST_ADDRESS 0x0a000000U /* 10.0.0.0 */
#define BATCH 32
/* Begins per second of the template's clock when the real one does not matter. */
#define FLAT_OUT_RATE 50000
/* Packets due so soon go with those that are due. */
#define SLACK_NS 200000
#define SEGMENT_MAX 65000
#define VLAN_MAX 4094
#define TAG_AT (2 * ETH_ALEN)

struct load {
	struct template template;
	struct copies *copies;
	int socket;
	uint16_t vlan; /* 0: none */
	bool paced;
	uint64_t started;
	uint64_t bytes, retries;
	uint8_t frames[2 * COPIES_FRAME_MAX]; /* one behind the other */
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

static void wait_until(uint64_t time)
{
	const struct timespec t = { (time_t)(time / NS_PER_S), (long)(time % NS_PER_S) };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

static int open_socket(const char *device)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
				  .sll_ifindex = (int)if_nametoindex(device) };
	const int on = 1;
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0); /* 0: it receives nothing */

	if (!to.sll_ifindex)
		err(2, "%s", device);
	if (fd < 0 || bind(fd, (struct sockaddr *)&to, sizeof(to)))
		err(1, "cannot send from %s", device);
	/* Past the queue, and past the hooks on our own side: the observer sits at the other end.
	 */
	setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on));
	return fd;
}

/* Frames that go out together. */
struct batch {
	struct iovec frames[BATCH];
	unsigned count;
	size_t used; /* bytes of load.frames */
};

static void send_batch(struct load *load, struct batch *batch)
{
	struct mmsghdr messages[BATCH] = { 0 };
	unsigned sent = 0;

	for (unsigned i = 0; i < batch->count; i++) {
		messages[i].msg_hdr =
			(struct msghdr){ .msg_iov = &batch->frames[i], .msg_iovlen = 1 };
		load->bytes += batch->frames[i].iov_len;
	}
	while (sent < batch->count) {
		int n = sendmmsg(load->socket, messages + sent, batch->count - sent, 0);

		if (n < 0 && errno != ENOBUFS && errno != EAGAIN && errno != EINTR)
			err(1, "cannot send");
		if (n < 0) {
			load->retries++;
			sched_yield();
			continue;
		}
		sent += (unsigned)n;
	}
	batch->count = 0;
	batch->used = 0;
}

/* What is ready goes first, then we wait. */
static void pace(struct load *load, struct batch *batch)
{
	uint64_t due = load->started + copies_made(load->copies)->last - load->template.begin;
	struct iovec last = batch->frames[batch->count - 1];

	if (due <= now_ns() + SLACK_NS)
		return;
	batch->count--;
	send_batch(load, batch);
	wait_until(due);
	batch->frames[batch->count++] = last;
	batch->used = (size_t)((uint8_t *)last.iov_base - load->frames) + last.iov_len;
}

/* The tag of 802.1Q behind the Ethernet addresses; the length of the frame with it. */
static uint32_t add_tag(uint8_t *frame, uint32_t length, uint16_t vlan)
{
	const uint16_t tag[2] = { htons(ETHERTYPE_VLAN), htons(vlan) };

	memmove(frame + TAG_AT + sizeof(tag), frame + TAG_AT, length - TAG_AT);
	memcpy(frame + TAG_AT, tag, sizeof(tag));
	return length + (uint32_t)sizeof(tag);
}

static void send_all(struct load *load)
{
	struct batch batch = { .count = 0 };
	uint32_t length;

	while ((length = copies_next(load->copies, load->frames + batch.used))) {
		if (load->vlan)
			length = add_tag(load->frames + batch.used, length, load->vlan);
		batch.frames[batch.count++] = (struct iovec){ load->frames + batch.used, length };
		batch.used += length;
		if (load->paced)
			pace(load, &batch);
		if (batch.count == BATCH || batch.used > sizeof(load->frames) - COPIES_FRAME_MAX)
			send_batch(load, &batch);
	}
	send_batch(load, &batch);
}

static void tell(const struct load *load, double seconds)
{
	const struct copies_made *made = copies_made(load->copies);

	printf("connections %" PRIu64 " packets %" PRIu64 " bytes %" PRIu64
	       " seconds %.3f connections_per_second %.0f packets_per_second %.0f at_once %" PRIu64
	       " retries %" PRIu64 "\n",
	       made->begun, made->packets, load->bytes, seconds, (double)made->begun / seconds,
	       (double)made->packets / seconds, made->most, load->retries);
}

static _Noreturn void usage(void)
{
	fprintf(stderr,
		"use: load -n COUNT [-f FIRST] [-r PER_SECOND] [-a ADDRESS_BITS] [-b BULK_BYTES] "
		"[-m SEGMENT_BYTES] [-p PORT] [-v VLAN] DEVICE SCRIPT|FILE.pcap\nscripts:\n");
	scripts_list(stderr);
	exit(2);
}

static uint64_t number(const char *text, uint64_t most)
{
	char *end;
	uint64_t value = strtoull(text, &end, 10);

	if (!value || value > most || *end || *text == '-')
		usage();
	return value;
}

static void read_options(int argc, char **argv, struct load *load, struct copies_config *copies,
			 struct script_options *script)
{
	int option;

	while ((option = getopt(argc, argv, "n:f:r:a:b:m:p:v:")) != -1) {
		if (option == 'n')
			copies->count = number(optarg, UINT32_MAX);
		else if (option == 'f')
			copies->first = number(optarg, UINT32_MAX);
		else if (option == 'r')
			copies->rate = number(optarg, UINT32_MAX);
		else if (option == 'a')
			copies->address_bits = (unsigned)number(optarg, 24);
		else if (option == 'b')
			script->bulk = (uint32_t)number(optarg, 1U << 30);
		else if (option == 'm')
			script->segment = (uint32_t)number(optarg, SEGMENT_MAX);
		else if (option == 'p')
			script->port = (uint16_t)number(optarg, UINT16_MAX);
		else if (option == 'v')
			load->vlan = (uint16_t)number(optarg, VLAN_MAX);
		else
			usage();
	}
	if (!copies->count || argc - optind != 2)
		usage();
}

int main(int argc, char **argv)
{
	static struct load load;
	struct copies_config copies = { .template = &load.template,
					.first_address = FIRST_ADDRESS,
					.address_bits = 20 };
	struct script_options script = { .bulk = 1 << 20, .port = 443, .segment = 1448 };

	read_options(argc, argv, &load, &copies, &script);
	load.paced = copies.rate;
	if (!copies.rate)
		copies.rate = FLAT_OUT_RATE;
	load.socket = open_socket(argv[optind]);
	if (!script_write(&load.template, argv[optind + 1], &script))
		template_read(&load.template, argv[optind + 1]);
	load.copies = copies_new(&copies);
	load.started = now_ns();
	send_all(&load);
	tell(&load, (double)(now_ns() - load.started) / (double)NS_PER_S);
	close(load.socket);
	copies_free(load.copies);
	template_free(&load.template);
	return 0;
}
