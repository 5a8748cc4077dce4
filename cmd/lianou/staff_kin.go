package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/staff"
)

type staffKin struct {
	Import staffKinImport `cmd:"" help:"Declare kin out of a table: 登录名, 姓名, 身份证号, 关系."`
	List   staffKinList   `cmd:"" help:"List declared kin, masked."`
	Set    staffKinSet    `cmd:"" help:"Declare one relative; the identity number comes by standard input."`
	End    staffKinEnd    `cmd:"" help:"Ask to take one off the list; the county agrees to it on its page."`
}

type staffKinImport struct{ staffRows }

type staffKinList struct {
	Login string `arg:"" optional:"" help:"Of whom; of everybody when not said."`
}

type staffKinSet struct {
	Login    string `arg:"" help:"Whose relative."`
	Name     string `arg:"" help:"The relative's name."`
	Relation string `arg:"" help:"What they are to them: 配偶, 父母, 子女, 兄弟姐妹 ...; 本人 for the number of the member of staff."`
}

type staffKinEnd struct {
	ID  int64  `arg:"" help:"The number in the list."`
	Why string `arg:"" help:"Why."`
}

// Run declares the rows of a table.
func (c staffKinImport) Run(t *tool) error {
	return withStaff(t, func(p people) error {
		return c.bring(t, []string{"登录名", "姓名", "身份证号", "关系"}, func(row map[string]string) error {
			return p.declare(row["登录名"], row["姓名"], row["身份证号"], row["关系"])
		})
	})
}

// declare declares one relative. errRepeated when they stand declared already.
func (p people) declare(login, name, number, relation string) error {
	err := p.tx(func(ctx context.Context, tx *pg.Tx) error {
		of, err := p.staff.ByLogin(ctx, tx, login)
		if err != nil {
			return err
		}
		id, err := core.ParseID(number, tx.Today())
		if err != nil {
			return err
		}
		_, err = p.staff.Declare(ctx, tx, p.by, staff.NewKin{Staff: of.ID, Name: name, ID: id, Relation: relation})
		return err
	})
	if errors.Is(err, staff.ErrKinKnown) {
		return errRepeated
	}
	return err
}

// Run declares one relative. A number on the command line would stand in the history.
func (c staffKinSet) Run(t *tool) error {
	return withStaff(t, func(p people) error {
		fmt.Fprint(t.out, "identity number: ")
		number, err := readLine(bufio.NewReader(io.LimitReader(t.in, 4096)))
		fmt.Fprintln(t.out)
		if err != nil {
			return errors.New("no identity number on standard input")
		}
		err = p.declare(c.Login, c.Name, number, c.Relation)
		if errors.Is(err, errRepeated) {
			return staff.ErrKinKnown
		}
		if err == nil {
			fmt.Fprintln(t.out, "declared; it bars from now on, and waits for the county")
		}
		return err
	})
}

// Run prints a table, masked.
func (c staffKinList) Run(t *tool) error {
	return withStaff(t, func(p people) error {
		var list []staff.Kin
		err := p.tx(func(ctx context.Context, tx *pg.Tx) error {
			if c.Login == "" {
				var err error
				list, err = p.staff.AllDeclared(ctx, tx, p.by)
				return err
			}
			id, err := p.staff.IDOf(ctx, tx, c.Login)
			if err == nil {
				list, err = p.staff.Declared(ctx, tx, p.by, id)
			}
			return err
		})
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(t.out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "ID\tOF\tRELATIVE\tNUMBER\tRELATION\tSTATE\tSAID")
		for _, k := range list {
			fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\n", k.ID, k.Of, k.Name, k.Number, k.Relation, k.State, core.DateOf(k.Said))
		}
		return w.Flush()
	})
}

// Run asks to take a relative off the list.
func (c staffKinEnd) Run(t *tool) error {
	return withStaff(t, func(p people) error {
		err := p.tx(func(ctx context.Context, tx *pg.Tx) error { return p.staff.EndKin(ctx, tx, p.by, 0, c.ID, c.Why) })
		if err == nil {
			fmt.Fprintln(t.out, "asked; it bars until the county agrees")
		}
		return err
	})
}
