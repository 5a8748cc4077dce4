package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"lianou/core"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/staff"
)

// budgetCmd brings a year's budget in and lists it. A load is an entry in the name of a
// payer who gives their own password; another one confirms each line at the desk.
type budgetCmd struct {
	List budgetList `cmd:"" help:"List the budget lines of a year: reserved, spent and left."`
	Load budgetLoad `cmd:"" help:"Enter the lines of a table; another person confirms them at the desk."`
}

type budgetList struct {
	Year int `help:"Which year; this one when left out."`
}

type budgetLoad struct {
	File string `arg:"" type:"existingfile" help:"CSV or XLSX with the columns 年份, 地方, 事项, 来源, 金额, 文号."`
	As   string `required:"" help:"Log-in of the payer who enters it; the password is asked for, or comes by standard input."`
}

// till is what the commands work with.
type till struct {
	people
	lines *payout.Budgets
}

// Run prints a table.
func (c budgetList) Run(t *tool) error {
	return withPlatform(t, false, func(p people) error {
		return c.print(t.out, till{people: p, lines: payout.NewBudgets(p.log)})
	})
}

func (c budgetList) print(out io.Writer, b till) error {
	return b.db.Read(b.ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		year := c.Year
		if year == 0 {
			year = tx.Today().Time().Year()
		}
		lines, err := b.lines.BudgetLines(ctx, tx, year)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "LINE\tAREA\tFUND\tITEMS\tAMOUNT\tRESERVED\tSPENT\tLEFT\tTO CONFIRM")
		for _, l := range lines {
			open := 0
			for _, c := range l.Changes {
				if c.State == "entered" {
					open++
				}
			}
			fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%d\n", l.ID, l.Area, l.Fund, joined(l.Items), l.Amount, l.Reserved, l.Spent, l.Left(), open)
		}
		return w.Flush()
	})
}

// Run enters every row of the file, or none.
func (c budgetLoad) Run(t *tool) error {
	rows, err := readBudget(t.ctx, c.File)
	if err != nil {
		return err
	}
	return withRules(t, func(r rules) error {
		who, err := r.prove(t, c.As)
		if err != nil {
			return err
		}
		if !who.Has(staff.Payer) {
			return errors.New("只有发钱的人能登记预算。")
		}
		books, err := policySimulate{}.before(t, r) // the newest edition
		if err != nil {
			return err
		}
		b := till{people: r.people, lines: payout.NewBudgets(r.log)}
		if err := b.load(who.ID, books, rows); err != nil {
			return err
		}
		fmt.Fprintf(t.out, "%d rows entered; they count when another payer has confirmed them at the desk, under 预算\n", len(rows))
		return nil
	})
}

// load enters the rows in one transaction: a file is in as a whole, or not at all, and says
// of every row what is wrong with it.
func (b till) load(by core.StaffID, books *policy.Library, rows []budgetRow) error {
	return b.db.Tx(b.ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		book, err := books.On(tx.Today())
		if err != nil {
			return err
		}
		var faults []string
		for _, r := range rows {
			e, err := r.entry(b.people, book)
			if err == nil {
				e.By = by
				_, err = b.lines.EnterBudget(ctx, tx, e)
			}
			if err == nil {
				continue
			}
			if core.KindOf(err) == core.KindInternal || core.KindOf(err) == core.KindUnavailable {
				return err
			}
			faults = append(faults, fmt.Sprintf("第 %d 行:%s", r.number, core.Known(err).Say))
			if pg.SQLState(err) != "" { // it ends the transaction: what comes after is checked the next time
				break
			}
		}
		if len(faults) > 0 {
			return core.E(core.KindInvalid, "budget_rows", strings.Join(faults, "\n"))
		}
		return nil
	})
}
