package main

import (
	"context"
	"time"

	"lianou/core"
	"lianou/core/pg"
)

// scanOld is when the last look at everybody is too old to rank by: one night may fail
// unseen, two may not.
const scanOld = 48 * time.Hour

// scans tells of the last look at everybody. A demo, whose clock is moved by days, and a
// city that has had none are only remarked on. An older database is told of elsewhere.
func scans(ctx context.Context, db *pg.DB, demo bool) []finding {
	const ask = `select lianou_now(), (select max(ended) from scan where towns = (select max(towns) from scan)), -- the whole city
		(select id from scan where ended is null and given_up is null),
		(select begun from scan where ended is null and given_up is null),
		(select remain from scan where ended is null and given_up is null)`
	var now time.Time
	var ended, begun *time.Time
	var id *int64
	var remain *int
	if err := db.Pool().QueryRow(ctx, ask).Scan(&now, &ended, &id, &begun, &remain); err != nil {
		return nil
	}
	say := mend
	if demo {
		say = remark
	}
	var list []finding
	if begun != nil && now.Sub(*begun) > 24*time.Hour {
		list = append(list, say("scan", "scan %d has not ended since %s, %d townships are left; the platform's log says why, `lianou rescan --join` shows it, `--anew` begins another", *id, day(*begun), *remain))
	}
	switch {
	case ended == nil && begun == nil:
		list = append(list, remark("scan", "nobody has looked at everybody yet, so the ranking is empty; run: lianou rescan"))
	case ended != nil && now.Sub(*ended) > scanOld:
		list = append(list, say("scan", "the last look at everybody ended on %s, more than two days ago; see LIANOU_SCAN_HOUR and the platform's log, or run: lianou rescan", day(*ended)))
	case ended != nil:
		list = append(list, well("scan", "everybody was looked at on "+day(*ended)))
	}
	return list
}

func day(t time.Time) string { return t.In(core.China).Format("2006-01-02 15:04") }
