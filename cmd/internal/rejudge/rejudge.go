// Package rejudge judges again every version of every case that was ever judged, each by the
// Book it names and by the facts as they were frozen then, and compares what comes out with
// the findings and the trace that were kept (F74).
//
// It is `lianou verify --rejudge`: other than the promises of cmd/internal/verify it needs
// the platform's keys, for traces are sealed, and shares the code that judged; the kept trace
// is therefore also given to a stranger (cmd/internal/replay). It only reads, mends nothing,
// and prints numbers of cases and never what is in them.
package rejudge

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/matching"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/workflow"
)

// Config is what Run needs. All is required.
type Config struct {
	DB    *pg.DB // as lianou_check
	Cases *casefile.Store
	Book  func(digest string) (*policy.Book, error)
	Check func(trace []byte) []string // what does not hold of a trace: replay.Check
}

// Report is what was looked at. Bad names, for the first few, the case, the version and
// what is wrong with it.
type Report struct {
	Seen     int64 // versions
	Untraced int64 // of them judged before traces were kept
	Broken   int64
	Bad      []string
}

// at once, and how many are named.
const (
	batch = 200
	named = 5
)

// Run looks at everything, in transactions of some hundred versions. An error says that it
// could not look, which is no verdict.
func Run(ctx context.Context, cfg Config) (Report, error) {
	if cfg.DB == nil || cfg.Cases == nil || cfg.Book == nil || cfg.Check == nil {
		return Report{}, core.E(core.KindInvalid, "rejudge_config", "")
	}
	r := runner{Config: cfg, matchers: map[string]*matching.Matcher{}}
	for last, more := (casefile.JudgedAt{}), true; more; {
		from, before := last, r.report
		err := cfg.DB.Read(ctx, pg.City("every judgement made again"), func(ctx context.Context, tx *pg.Tx) error {
			last, r.report = from, before // what lost a race is run again
			r.report.Bad = slices.Clone(before.Bad)
			list, err := cfg.Cases.Judged(ctx, tx, last, batch)
			if err != nil {
				return err
			}
			for _, at := range list {
				if err := r.one(ctx, tx, at); err != nil {
					return fmt.Errorf("judge case %d version %d again: %w", at.Case, at.Version, err)
				}
				last = at
			}
			more = len(list) == batch
			return nil
		})
		if err != nil {
			return r.report, err
		}
	}
	return r.report, nil
}

type runner struct {
	Config
	matchers map[string]*matching.Matcher // by the Book's digest
	report   Report
}

func (r *runner) one(ctx context.Context, tx *pg.Tx, at casefile.JudgedAt) error {
	r.report.Seen++
	m, err := r.matcher(at.Book)
	if core.KindOf(err) == core.KindNotFound {
		r.bad(at, "its Book is not kept")
		return nil
	}
	if err != nil {
		return err
	}
	got, err := workflow.Rejudge(ctx, tx, r.Cases, m, at)
	switch {
	case errors.Is(err, casefile.ErrTrace):
		r.bad(at, "the trace was altered")
	case core.Known(err).Code == "erased": // the person's data was deleted by law, and the trace with it
	case err != nil:
		return err
	case len(got.Differs) > 0:
		r.bad(at, fmt.Sprintf("judged again, %v come out otherwise", got.Differs))
	case got.Trace == nil:
		r.report.Untraced++
	case got.Other:
		r.bad(at, "the trace is of another judgement")
	default:
		if wrong := r.Check(got.Trace); len(wrong) > 0 {
			r.bad(at, "a stranger derives the trace otherwise")
		}
	}
	return nil
}

func (r *runner) matcher(digest string) (*matching.Matcher, error) {
	if m := r.matchers[digest]; m != nil {
		return m, nil
	}
	book, err := r.Book(digest)
	if err != nil {
		return nil, err
	}
	m, err := matching.Compile(book)
	if err == nil {
		r.matchers[digest] = m
	}
	return m, err
}

func (r *runner) bad(at casefile.JudgedAt, what string) {
	if r.report.Broken++; len(r.report.Bad) < named {
		r.report.Bad = append(r.report.Bad, fmt.Sprintf("case %d version %d: %s", at.Case, at.Version, what))
	}
}
