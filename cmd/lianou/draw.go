package main

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"lianou/cmd/internal/boot"
	"lianou/cmd/internal/redraw"
	"lianou/core"
	"lianou/core/pg"
)

// drawCmd looks at the draws of random re-checks. Committing, listing and drawing are people's acts
// at the desk.
type drawCmd struct {
	List   drawListCmd   `cmd:"" help:"List the rounds of random re-checks."`
	Verify drawVerifyCmd `cmd:"" help:"Draw a round again from the log and the frozen list, by code of its own."`
	Days   drawDaysCmd   `cmd:"" help:"List the rounds of sampled calls: who is asked whether the money of a day arrived."`
	Paid   drawPaidCmd   `cmd:"" help:"Draw a round of sampled calls again, in the same way."`
}

type drawListCmd struct{}

type drawVerifyCmd struct {
	Round int64  `arg:"" help:"Number of the round."`
	Key   string `help:"Public key of the log, for who holds no key file." placeholder:"TEXT"`
}

func (drawListCmd) Run(t *tool) error {
	return judged(withAudit(t, func(_ *boot.Config, db *pg.DB) error {
		return db.Read(t.ctx, pg.City("lianou draw list"), func(ctx context.Context, tx *pg.Tx) error {
			rows, err := tx.Query(ctx, `select id, county, since::text, until::text, percent, state, coalesce(cases, 0), coalesce(visits, 0) from recheck_round order by id`)
			if err != nil {
				return pg.Fail(err, "list the rounds of re-checks")
			}
			defer rows.Close()
			for rows.Next() {
				var id int64
				var percent, cases, visits int
				var county, since, until, state string
				if err := rows.Scan(&id, &county, &since, &until, &percent, &state, &cases, &visits); err != nil {
					return pg.Fail(err, "read a round")
				}
				fmt.Fprintf(t.out, "round %d: county %s, %s to %s, at least %d %%, %s, %d cases, %d drawn\n", id, county, since, until, percent, state, cases, visits)
			}
			return pg.Fail(rows.Err(), "list the rounds of re-checks")
		})
	}))
}

type drawDaysCmd struct{}

func (drawDaysCmd) Run(t *tool) error {
	return judged(withAudit(t, func(_ *boot.Config, db *pg.DB) error {
		return db.Read(t.ctx, pg.City("lianou draw days"), func(ctx context.Context, tx *pg.Tx) error {
			rows, err := tx.Query(ctx, `select id, county, day::text, percent, more, state, coalesce(lines, 0), coalesce(calls, 0) from sampled_round order by id desc limit 400`)
			if err != nil {
				return pg.Fail(err, "list the rounds of sampled calls")
			}
			defer rows.Close()
			for rows.Next() {
				var id int64
				var percent, more, lines, calls int
				var county, day, state string
				if err := rows.Scan(&id, &county, &day, &percent, &more, &state, &lines, &calls); err != nil {
					return pg.Fail(err, "read a round")
				}
				fmt.Fprintf(t.out, "round %d: county %s, paid on %s, at least %d %%, %d tickets more a reason, %s, %d payments, %d drawn\n", id, county, day, percent, more, state, lines, calls)
			}
			return pg.Fail(rows.Err(), "list the rounds of sampled calls")
		})
	}))
}

type drawPaidCmd drawVerifyCmd

// Run exits as that of drawVerifyCmd.
func (c drawPaidCmd) Run(t *tool) error {
	return judged(withAudit(t, func(cfg *boot.Config, db *pg.DB) error {
		key, err := drawVerifyCmd(c).key(cfg)
		if err != nil {
			return err
		}
		rep, err := redraw.CheckPaid(t.ctx, db, key, c.Round)
		if core.KindOf(err) == core.KindNotFound {
			return fmt.Errorf("there is no round %d; `lianou draw days` names them", c.Round)
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(t.out, "round %d, %s: %d payments on the list, %d drawn\n", rep.Round, rep.State, rep.Cases, rep.Drawn)
		if len(rep.Faults) > 0 {
			fmt.Fprintf(t.out, "  %s\n", strings.Join(rep.Faults, "\n  "))
			return broken("the draw of round %d is not what it says", c.Round)
		}
		if len(rep.Waits) > 0 {
			return notYet(rep)
		}
		fmt.Fprintln(t.out, "drawn again from the log and the list: the same")
		return nil
	}))
}

// Run exits 0 when the draw is what it says, 1 when it is not, 2 when it could not be looked at.
func (c drawVerifyCmd) Run(t *tool) error {
	return judged(withAudit(t, func(cfg *boot.Config, db *pg.DB) error {
		key, err := c.key(cfg)
		if err != nil {
			return err
		}
		rep, err := redraw.Check(t.ctx, db, key, c.Round)
		if core.KindOf(err) == core.KindNotFound {
			return fmt.Errorf("there is no round %d; `lianou draw list` names them", c.Round)
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(t.out, "round %d, %s: %d cases on the list, %d drawn\n", rep.Round, rep.State, rep.Cases, rep.Drawn)
		if len(rep.Faults) > 0 {
			fmt.Fprintf(t.out, "  %s\n", strings.Join(rep.Faults, "\n  "))
			return broken("the draw of round %d is not what it says", c.Round)
		}
		if len(rep.Waits) > 0 {
			return notYet(rep)
		}
		fmt.Fprintln(t.out, "drawn again from the log and the list: the same")
		return nil
	}))
}

// notYet is the answer seconds after a draw in which nothing was wrong so far: its entries have no place in the log, and nothing was
// compared. It is neither a draw that holds nor one that does not.
func notYet(rep redraw.Report) error {
	return fmt.Errorf("%s of round %d wait for their place in the log, which takes some seconds: nothing was compared, run it again", strings.Join(rep.Waits, ", "), rep.Round)
}

func (c drawVerifyCmd) key(cfg *boot.Config) (note.Verifier, error) {
	if c.Key == "" {
		keys, err := platformKeys(cfg)
		if err != nil {
			return nil, err
		}
		return keys.Audit.Verifier, nil
	}
	key, err := note.NewVerifier(c.Key)
	if err != nil {
		return nil, fmt.Errorf("the public key does not parse: %w", err)
	}
	return key, nil
}
