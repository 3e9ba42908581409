/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture/attach.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "capture/filters.h"

/* From <linux/bpf.h> of 6.6; the headers we build with may be older. */
#define TCX_INGRESS 46
#define TCX_EGRESS 47
#define TCX_BEFORE (1U << 3)
/* The kernel's bound on the programs of one hook. */
#define TCX_PROGRAMS_MAX 64

/* Ours among clsact filters: found and replaced after a crash. */
#define FILTER_PRIORITY 0x7a70
#define FILTER_HANDLE 0x5a7

static const enum bpf_attach_type types[ATTACH_HOOKS] = { (enum bpf_attach_type)TCX_INGRESS,
							  (enum bpf_attach_type)TCX_EGRESS };
static const enum bpf_tc_attach_point points[ATTACH_HOOKS] = { BPF_TC_INGRESS, BPF_TC_EGRESS };

enum attach_kind attach_kind(int program)
{
	/* A kernel without TCX does not get as far as looking. */
	int fd = bpf_link_create(program, ATTACH_NOWHERE, types[0], NULL);

	if (fd >= 0)
		close(fd);
	return fd == -EINVAL || fd == -E2BIG ? ATTACH_CLSACT : ATTACH_TCX;
}

static int attach_link(struct attachment *attachment, int program, int hook)
{
	LIBBPF_OPTS(bpf_link_create_opts, options, .flags = TCX_BEFORE);
	int fd = bpf_link_create(program, (int)attachment->ifindex, types[hook], &options);

	if (fd < 0)
		return fd;
	attachment->link[hook] = fd;
	return 0;
}

static int attach_filter(const struct attachment *attachment, int program, int i)
{
	LIBBPF_OPTS(bpf_tc_hook, qdisc, .ifindex = (int)attachment->ifindex,
		    .attach_point = (enum bpf_tc_attach_point)(BPF_TC_INGRESS | BPF_TC_EGRESS));
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)attachment->ifindex,
		    .attach_point = points[i]);
	LIBBPF_OPTS(bpf_tc_opts, filter, .prog_fd = program, .handle = FILTER_HANDLE,
		    .priority = FILTER_PRIORITY, .flags = BPF_TC_F_REPLACE);
	int err = bpf_tc_hook_create(&qdisc);

	if (err && err != -EEXIST)
		return err;
	return bpf_tc_attach(&hook, &filter);
}

static void detach_filter(unsigned ifindex, int i)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)ifindex, .attach_point = points[i]);
	LIBBPF_OPTS(bpf_tc_opts, filter, .handle = FILTER_HANDLE, .priority = FILTER_PRIORITY);

	bpf_tc_detach(&hook, &filter);
}

static int attach_hook(struct attachment *attachment, const int programs[], int hook)
{
	return attachment->kind == ATTACH_TCX ? attach_link(attachment, programs[hook], hook)
					      : attach_filter(attachment, programs[hook], hook);
}

int attach_interface(struct attachment *attachment, unsigned ifindex, const int programs[],
		     enum attach_kind kind)
{
	*attachment = (struct attachment){ .kind = kind, .ifindex = ifindex, .link = { -1, -1 } };
	for (int hook = 0; hook < ATTACH_HOOKS; hook++) {
		int err = attach_hook(attachment, programs, hook);

		if (!err)
			continue;
		if (hook && kind == ATTACH_CLSACT)
			detach_filter(ifindex, 0);
		attach_release(attachment, true);
		return err;
	}
	return 0;
}

int attach_repair(struct attachment *attachment, const int programs[], int hook)
{
	if (attachment->link[hook] >= 0)
		close(attachment->link[hook]);
	attachment->link[hook] = -1;
	return attach_hook(attachment, programs, hook);
}

void attach_release(struct attachment *attachment, bool gone)
{
	for (int i = 0; i < ATTACH_HOOKS; i++) {
		if (attachment->kind == ATTACH_TCX && attachment->link[i] >= 0)
			close(attachment->link[i]);
		else if (attachment->kind == ATTACH_CLSACT && !gone)
			detach_filter(attachment->ifindex, i);
	}
	attachment->kind = ATTACH_NONE;
}

static int program_info(int fd, struct bpf_prog_info *info)
{
	__u32 length = sizeof(*info);

	memset(info, 0, sizeof(*info));
	return bpf_obj_get_info_by_fd(fd, info, &length);
}

/*
 * The first program before ours. One made of the same instructions is another shaketap,
 * which hides nothing. Name and instructions of a foreign one take CAP_SYS_ADMIN.
 */
static void tell_first(const __u32 *ids, __u32 n, const struct bpf_prog_info *ours, char *text,
		       size_t room)
{
	for (__u32 i = 0; i < n && ids[i] != ours->id; i++) {
		struct bpf_prog_info info;
		int fd = bpf_prog_get_fd_by_id(ids[i]);
		bool known = fd >= 0 && !program_info(fd, &info);

		if (fd >= 0)
			close(fd);
		if (known && !memcmp(info.tag, ours->tag, sizeof(info.tag)))
			continue;
		if (known && info.name[0])
			snprintf(text, room, "program %u (%.*s)", ids[i], BPF_OBJ_NAME_LEN,
				 info.name);
		else
			snprintf(text, room, "program %u", ids[i]);
		return;
	}
}

static int look_tcx(const struct attachment *attachment, int program, int hook,
		    struct attach_view *view)
{
	struct bpf_link_info link = { 0 };
	struct bpf_prog_info ours;
	__u32 length = sizeof(link), ids[TCX_PROGRAMS_MAX], n = TCX_PROGRAMS_MAX;
	int err;

	if (attachment->link[hook] < 0) {
		view->lost = true;
		return 0;
	}
	err = bpf_obj_get_info_by_fd(attachment->link[hook], &link, &length);
	if (err)
		return err;
	/* In the place where TCX has it too; 0: detached, or the interface is gone. */
	view->lost = !link.xdp.ifindex;
	if (!view->lost && !program_info(program, &ours) &&
	    !bpf_prog_query((int)attachment->ifindex, types[hook], 0, NULL, ids, &n))
		tell_first(ids, n, &ours, view->ahead, sizeof(view->ahead));
	return 0;
}

static int look_clsact(const struct attachment *attachment, int program, int hook,
		       struct dumper *dumper, struct attach_view *view)
{
	struct filters filters = { .priority = FILTER_PRIORITY, .handle = FILTER_HANDLE };
	struct bpf_prog_info ours;
	int err = program_info(program, &ours);

	if (!err)
		err = filters_read(&filters, dumper, attachment->ifindex, hook);
	if (err)
		return err;
	view->lost = !filters.found;
	if (filters.first)
		snprintf(view->ahead, sizeof(view->ahead), "a filter (%s) of priority %u",
			 filters.first_kind, filters.first);
	else if (filters.found && filters.program != ours.id)
		snprintf(view->ahead, sizeof(view->ahead), "program %u, in our place,",
			 filters.program);
	return 0;
}

int attach_look(const struct attachment *attachment, const int programs[], int hook,
		struct dumper *dumper, struct attach_view *view)
{
	*view = (struct attach_view){ 0 };
	return attachment->kind == ATTACH_TCX
		       ? look_tcx(attachment, programs[hook], hook, view)
		       : look_clsact(attachment, programs[hook], hook, dumper, view);
}
