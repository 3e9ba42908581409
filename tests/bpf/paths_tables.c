/* SPDX-License-Identifier: BSD-2-Clause */
#include "paths_tables.h"

#include <err.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>

/* More than the programs have. */
#define MAPS_MAX 16

#define KEY_MAX 64

static void clear_hash(int map, const struct bpf_map_info *info)
{
	uint8_t key[KEY_MAX];

	if (info->key_size > sizeof(key))
		errx(1, "a table has keys of %u bytes", info->key_size);
	while (!bpf_map_get_next_key(map, NULL, key))
		if (bpf_map_delete_elem(map, key))
			err(1, "cannot empty a table");
}

static void clear_array(int map, const struct bpf_map_info *info)
{
	size_t bytes = (size_t)info->max_entries * ((info->value_size + 7) & ~7U);
	void *table = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);

	if (table == MAP_FAILED)
		err(1, "cannot empty a table");
	memset(table, 0, bytes);
	munmap(table, bytes);
}

static const struct {
	const char *name;
	void (*clear)(int map, const struct bpf_map_info *info);
} tables[] = {
	{ "flows", clear_array },
	{ "buckets", clear_array },
	{ "syns", clear_array },
	{ "early", clear_hash },
};

#define TABLES (sizeof(tables) / sizeof(tables[0]))

/* How many of the tables it is. */
static unsigned clear_map(uint32_t id)
{
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof(info);
	int map = bpf_map_get_fd_by_id(id);
	unsigned cleared = 0;

	if (map < 0 || bpf_obj_get_info_by_fd(map, &info, &size))
		err(1, "cannot find the tables");
	for (size_t i = 0; i < TABLES; i++) {
		if (strcmp(info.name, tables[i].name))
			continue;
		tables[i].clear(map, &info);
		cleared++;
	}
	close(map);
	return cleared;
}

void tables_clear(int program)
{
	uint32_t ids[MAPS_MAX];
	struct bpf_prog_info info = { .nr_map_ids = MAPS_MAX, .map_ids = (uintptr_t)ids };
	uint32_t size = sizeof(info);
	unsigned cleared = 0;

	if (bpf_obj_get_info_by_fd(program, &info, &size))
		err(1, "cannot ask for the tables");
	for (uint32_t i = 0; i < info.nr_map_ids && i < MAPS_MAX; i++)
		cleared += clear_map(ids[i]);
	if (cleared != TABLES)
		errx(1, "there should be %zu tables to clear; %u are there", TABLES, cleared);
}
