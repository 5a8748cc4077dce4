package verify

import (
	"context"
	"errors"
	"fmt"
	"io"

	"lianou/core"
	"lianou/core/pg"
)

// Verdict is the outcome of one check.
type Verdict string

// The verdicts, and the exit status each one asks for.
const (
	Held          Verdict = "held"
	Broken        Verdict = "broken"
	CouldNotCheck Verdict = "could not check"
)

// Check is one promise and the statement that looks for what breaks it. The SQL
// returns one row: how many were looked at, how many break the promise, and the
// names of the first few of those.
type Check struct {
	Name    string // stable, such as "application.receipt"
	Promise string
	SQL     string
}

// Result is one check's verdict.
type Result struct {
	Check
	Verdict Verdict
	Seen    int64
	Bad     int64
	First   []string // at most five
	Why     string   // of CouldNotCheck
}

// Config is what Run needs.
type Config struct {
	// DB is a pool of the role lianou_check. Required.
	DB *pg.DB
	// Checks to make. Defaults to Checks().
	Checks []Check
	// Acks gives acknowledgements that a client kept, one a line: receipt,
	// application, channel, key. Defaults to none.
	Acks io.Reader
}

// Report is all results.
type Report struct{ Results []Result }

// Run makes every check, each in a read-only snapshot of its own. It returns an
// error only for a bad configuration; what goes wrong on the way is a verdict.
func Run(ctx context.Context, cfg Config) (Report, error) {
	if cfg.DB == nil {
		return Report{}, core.E(core.KindInvalid, "verify_config", "")
	}
	if cfg.Checks == nil {
		cfg.Checks = Checks()
	}
	var r Report
	for _, c := range cfg.Checks {
		r.Results = append(r.Results, runOne(ctx, cfg.DB, c))
	}
	if cfg.Acks != nil {
		r.Results = append(r.Results, compareAcks(ctx, cfg.DB, cfg.Acks)...)
	}
	return r, nil
}

const reason = "the independent checker"

func runOne(ctx context.Context, db *pg.DB, c Check) Result {
	r := Result{Check: c}
	err := db.Read(ctx, pg.City(reason), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, c.SQL).Scan(&r.Seen, &r.Bad, &r.First)
	})
	return r.judged(err)
}

// judged gives the verdict of a check that ran, or did not.
func (r Result) judged(err error) Result {
	switch {
	case errors.Is(err, errAcks):
		r.Verdict, r.Why = CouldNotCheck, err.Error()
	case err != nil:
		err = pg.Fail(err, "check")
		r.Verdict, r.Why = CouldNotCheck, err.Error()
		if pg.SQLState(err) == "42P01" {
			r.Why = "a table is missing"
		}
	case r.Bad > 0:
		r.Verdict = Broken
	default:
		r.Verdict = Held
	}
	return r
}

// Exit is 0 when everything held, 1 when anything is broken, 2 when nothing is
// broken but something could not be checked, or nothing was checked at all.
func (r Report) Exit() int {
	code := 0
	for _, x := range r.Results {
		switch x.Verdict {
		case Broken:
			return 1
		case CouldNotCheck:
			code = 2
		}
	}
	if len(r.Results) == 0 {
		return 2
	}
	return code
}

// Print writes one line a check and a last line that sums up.
func (r Report) Print(w io.Writer) error {
	count := map[Verdict]int{}
	var all error
	line := func(format string, args ...any) {
		_, err := fmt.Fprintf(w, format, args...)
		all = errors.Join(all, err)
	}
	for _, x := range r.Results {
		count[x.Verdict]++
		line("%-15s %-22s %d seen", x.Verdict, x.Name, x.Seen)
		switch x.Verdict {
		case Broken:
			line(", %d broken: %s: %q", x.Bad, x.Promise, x.First)
		case CouldNotCheck:
			line(": %s", x.Why)
		}
		line("\n")
	}
	line("verify: %d held, %d broken, %d could not check\n", count[Held], count[Broken], count[CouldNotCheck])
	return all
}
