package main

import (
	"context"

	"lianou/core/pg"
)

// searchMemory tells of a server whose memory does not hold the index by which people are
// found. Whatever is read once, a night's scan or an import, drives it out of the kernel's
// store then, and the first searches of the morning wait for the disk: 63 ms in a city of 5.6
// million, and 8 from memory. An older database is told of elsewhere.
func searchMemory(ctx context.Context, db *pg.DB) []finding {
	const ask = `select pg_total_relation_size('person_token'), pg_size_bytes(current_setting('shared_buffers')),
		current_setting('shared_preload_libraries') like '%pg_prewarm%'`
	var index, memory int64
	var warms bool
	if err := db.Pool().QueryRow(ctx, ask).Scan(&index, &memory, &warms); err != nil {
		return nil
	}
	return inMemory(index>>20, memory>>20, warms)
}

// smallIndex is what any machine reads in a moment, in MB.
const smallIndex = 512

func inMemory(index, memory int64, warms bool) []finding {
	switch {
	case index <= smallIndex:
		return nil
	case index > memory:
		return []finding{remark("search memory", "the index of people takes %d MB and the server keeps %d MB of tables in memory: searches wait for the disk; set shared_buffers to a quarter of the machine's memory and restart it", index, memory)}
	case !warms:
		return []finding{remark("search memory", "after a restart of the server the first searches wait for the disk; set shared_preload_libraries = 'pg_prewarm'")}
	}
	return []finding{well("search memory", "holds the index of people, and is filled again after a restart")}
}
