package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"lianou/core/pg"
	"lianou/core/staff"
)

type staffLost struct {
	Login string `arg:"" help:"Whose phone is gone."`
	Why   string `required:"" help:"What happened, for the record, such as 手机丢了,本人到场核对过身份证."`
}

// Run ends the device. The new password comes with it: with the old one alone, whoever borrowed it
// would bind a phone of their own before the owner does.
func (c staffLost) Run(t *tool) error {
	return withStaff(t, func(p people) error {
		password, err := t.readPassword()
		if err != nil {
			return err
		}
		err = p.tx(func(ctx context.Context, tx *pg.Tx) error {
			id, err := p.staff.IDOf(ctx, tx, c.Login)
			if err != nil {
				return err
			}
			return p.staff.LostPhone(ctx, tx, p.by, id, staff.Loss{Why: c.Why, Password: password})
		})
		if err == nil {
			fmt.Fprintf(t.out, "%s has no phone bound any more, and another password; hand it over in person\n", c.Login)
		}
		return err
	})
}

// prove has who is there show the password of a member of staff, and a code of their phone where
// they need one: a second line of standard input. It keeps no session.
func (p people) prove(t *tool, login string) (staff.Person, error) {
	in := bufio.NewReader(io.LimitReader(t.in, 4096))
	password, err := t.ownLine(in, "password: ")
	if err != nil {
		return staff.Person{}, err
	}
	e, err := p.staff.Enter(p.ctx, staff.Attempt{Login: login, Password: password})
	switch {
	case err != nil || e.Need == staff.NeedNothing:
		return e.Person, err
	case e.Need == staff.NeedDevice:
		return staff.Person{}, errors.New("这里要动态口令。请先在工作台登录一次,绑定手机。")
	}
	code, err := t.ownLine(in, "code: ")
	if err != nil {
		return staff.Person{}, err
	}
	_, err = p.staff.Show(p.ctx, staff.Half{Person: e.Person}, code)
	return e.Person, err
}

// ownLine takes one line of who is there and shows nothing of it; readPassword is for a new password.
func (t *tool) ownLine(in *bufio.Reader, ask string) (string, error) {
	f, isFile := t.in.(*os.File)
	if !isFile || !terminal(f) {
		return readLine(in)
	}
	if err := echo(f, false); err != nil {
		return "", errors.New("the terminal goes on showing what is typed; give the lines on standard input instead")
	}
	defer func() { _ = echo(f, true); fmt.Fprintln(t.out) }()
	fmt.Fprint(t.out, ask)
	return t.typed(in)
}
