package main

import (
	"fmt"
	"log/slog"

	"lianou/cmd/internal/boot"
	"lianou/cmd/internal/rejudge"
	"lianou/cmd/internal/replay"
	"lianou/cmd/internal/verify"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/rulebook"
)

// rejudged makes every judgement again, as one more line of the report.
func rejudged(t *tool, cfg *boot.Config, db *pg.DB) verify.Result {
	out := verify.Result{Check: verify.Check{Name: "finding.rejudged", Promise: "every finding and its trace is what its Book makes of the facts as known then"}}
	report, err := func() (rejudge.Report, error) {
		keys, err := platformKeys(cfg)
		if err != nil {
			return rejudge.Report{}, err
		}
		cases, err := casefile.New(casefile.Config{Ring: keys.Ring, Shared: keys.Shared, Audit: audit.New(keys.Ring)})
		if err != nil {
			return rejudge.Report{}, err
		}
		books, err := rulebook.OpenShelf(t.ctx, rulebook.ShelfConfig{DB: db, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			return rejudge.Report{}, err
		}
		return rejudge.Run(t.ctx, rejudge.Config{DB: db, Cases: cases, Book: books.Book, Check: replay.Check})
	}()
	out.Seen, out.Bad, out.First = report.Seen, report.Broken, report.Bad
	switch {
	case err != nil:
		out.Verdict, out.Why = verify.CouldNotCheck, fmt.Sprintf("after %d: %v", report.Seen, pg.Fail(err, "judge again"))
	case report.Broken > 0:
		out.Verdict = verify.Broken
	default:
		out.Verdict = verify.Held
	}
	return out
}
