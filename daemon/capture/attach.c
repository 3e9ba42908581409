/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/attach.h"

#include <errno.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

/* From <linux/bpf.h> of 6.6; the headers we build with may be older. */
#define TCX_INGRESS 46
#define TCX_EGRESS 47
#define TCX_BEFORE (1U << 3)

/* Ours among clsact filters: found and replaced after a crash. */
#define FILTER_PRIORITY 0x7a70
#define FILTER_HANDLE 0x5a7

static const enum bpf_tc_attach_point points[2] = { BPF_TC_INGRESS, BPF_TC_EGRESS };

static int attach_tcx(struct attachment *attachment, const int programs[2])
{
	static const unsigned types[2] = { TCX_INGRESS, TCX_EGRESS };

	for (int i = 0; i < 2; i++) {
		LIBBPF_OPTS(bpf_link_create_opts, options, .flags = TCX_BEFORE);
		int fd = bpf_link_create(programs[i], (int)attachment->ifindex,
					 (enum bpf_attach_type)types[i], &options);

		if (fd < 0) {
			if (i)
				close(attachment->link[0]);
			return fd;
		}
		attachment->link[i] = fd;
	}
	attachment->kind = ATTACH_TCX;
	return 0;
}

static int detach_filter(unsigned ifindex, int i)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)ifindex, .attach_point = points[i]);
	LIBBPF_OPTS(bpf_tc_opts, filter, .handle = FILTER_HANDLE, .priority = FILTER_PRIORITY);

	return bpf_tc_detach(&hook, &filter);
}

static int attach_clsact(struct attachment *attachment, const int programs[2])
{
	LIBBPF_OPTS(bpf_tc_hook, qdisc, .ifindex = (int)attachment->ifindex,
		    .attach_point = (enum bpf_tc_attach_point)(BPF_TC_INGRESS | BPF_TC_EGRESS));
	int err = bpf_tc_hook_create(&qdisc);

	if (err && err != -EEXIST)
		return err;
	for (int i = 0; i < 2; i++) {
		LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)attachment->ifindex,
			    .attach_point = points[i]);
		LIBBPF_OPTS(bpf_tc_opts, filter, .prog_fd = programs[i], .handle = FILTER_HANDLE,
			    .priority = FILTER_PRIORITY, .flags = BPF_TC_F_REPLACE);

		err = bpf_tc_attach(&hook, &filter);
		if (err) {
			if (i)
				detach_filter(attachment->ifindex, 0);
			return err;
		}
	}
	attachment->kind = ATTACH_CLSACT;
	return 0;
}

int attach_interface(struct attachment *attachment, unsigned ifindex, const int programs[2],
		     bool clsact)
{
	*attachment = (struct attachment){ .kind = ATTACH_NONE, .ifindex = ifindex };
	return clsact ? attach_clsact(attachment, programs) : attach_tcx(attachment, programs);
}

void attach_release(struct attachment *attachment, bool gone)
{
	for (int i = 0; i < 2; i++) {
		if (attachment->kind == ATTACH_TCX)
			close(attachment->link[i]);
		else if (attachment->kind == ATTACH_CLSACT && !gone)
			detach_filter(attachment->ifindex, i);
	}
	attachment->kind = ATTACH_NONE;
}
