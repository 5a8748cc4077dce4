package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/staff"
)

type staffAway struct {
	Import staffAwayImport `cmd:"" help:"Record leave out of a table: 登录名, 从, 到, 原因, 代办人."`
	List   staffAwayList   `cmd:"" help:"List leave that is not over."`
	Set    staffAwaySet    `cmd:"" help:"Record leave of one person."`
}

type staffAwayImport struct{ staffRows }

type staffAwayList struct{}

type staffAwaySet struct {
	Login   string `arg:"" help:"Who is away."`
	From    string `required:"" help:"First day." placeholder:"2026-12-01"`
	To      string `required:"" help:"Last day." placeholder:"2026-12-05"`
	Reason  string `required:"" help:"Why, such as 病假."`
	StandIn string `name:"stand-in" help:"Log-in of who stands in; may be left out where nobody else does the same work."`
}

// Run records the rows of a table.
func (c staffAwayImport) Run(t *tool) error {
	return withStaff(t, func(p people) error {
		return c.bring(t, []string{"登录名", "从", "到", "原因", "代办人"}, func(row map[string]string) error {
			return p.leave(row["登录名"], row["从"], row["到"], row["原因"], row["代办人"])
		})
	})
}

// Run records leave of one person.
func (c staffAwaySet) Run(t *tool) error {
	return withStaff(t, func(p people) error {
		err := p.leave(c.Login, c.From, c.To, c.Reason, c.StandIn)
		if err == nil {
			fmt.Fprintln(t.out, "recorded; new work goes to others meanwhile")
		}
		return err
	})
}

// leave records one absence. errRepeated when the very same stands already.
func (p people) leave(login, from, to, reason, standIn string) error {
	a := staff.Absence{Reason: reason}
	var err error
	if a.From, err = core.ParseDate(from); err != nil {
		return core.Invalid("from", "开始日期请写成 2026-12-01 这样。")
	}
	if a.To, err = core.ParseDate(to); err != nil {
		return core.Invalid("to", "结束日期请写成 2026-12-05 这样。")
	}
	return p.tx(func(ctx context.Context, tx *pg.Tx) error {
		of, err := p.staff.ByLogin(ctx, tx, login)
		if err != nil {
			return err
		}
		a.Staff = of.ID
		if standIn != "" {
			other, err := p.staff.ByLogin(ctx, tx, standIn)
			if err != nil {
				return core.Invalid("stand_in", "没有这个代办人,请核对登录名。")
			}
			a.StandIn = other.ID
		}
		stands, err := p.staff.Absences(ctx, tx, of.ID)
		if err != nil {
			return err
		}
		for _, s := range stands {
			if s.From == a.From && s.To == a.To && s.StandIn == a.StandIn {
				return errRepeated
			}
		}
		_, err = p.staff.SetAbsence(ctx, tx, p.by, a)
		return err
	})
}

// Run prints a table.
func (c staffAwayList) Run(t *tool) error {
	return withStaff(t, func(p people) error {
		var list []staff.Absence
		err := p.tx(func(ctx context.Context, tx *pg.Tx) (err error) {
			list, err = p.staff.AllAbsences(ctx, tx, p.by)
			return err
		})
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(t.out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "ID\tWHO\tFROM\tTO\tREASON\tSTANDS IN")
		for _, a := range list {
			fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\n", a.ID, a.Of, a.From, a.To, a.Reason, a.By)
		}
		return w.Flush()
	})
}
