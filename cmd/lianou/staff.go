package main

import (
	"context"
	"errors"
	"fmt"
	"os/user"
	"strings"
	"text/tabwriter"

	"lianou/cmd/internal/boot"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/routing"
	"lianou/core/seal"
	"lianou/core/staff"
)

type staffCmd struct {
	Add     staffAdd     `cmd:"" help:"Make an account; the password comes by standard input or is asked for."`
	List    staffList    `cmd:"" help:"List the accounts."`
	Disable staffDisable `cmd:"" help:"Close an account and end its sessions at once."`
	Enable  staffEnable  `cmd:"" help:"Open a closed account again."`
	Reset   staffReset   `cmd:"" help:"Set a new password and end the sessions of an account."`
	Lost    staffLost    `cmd:"" name:"lost-phone" help:"End the second factor of an account whose phone is gone, with a new password; the next log-in binds another phone."`
	Kin     staffKin     `cmd:"" help:"Relatives of staff: who may not work on whom."`
	Away    staffAway    `cmd:"" help:"Leave of staff: who gets no new work, and who stands in."`
}

type staffAdd struct {
	Login   string   `arg:"" help:"Log-in name: lower-case letters, digits, dots."`
	Name    string   `arg:"" help:"The person's name, as decisions show it."`
	Role    []string `required:"" help:"agent, clerk, assistant, officer, approver, county, payer, city or auditor; may be given again."`
	At      []string `required:"" help:"Code or full name of a city, county or township (371426104, 平原县王庙镇); may be given again."`
	Village string   `help:"Code of the village an assistant serves, 12 digits."`
}

type staffList struct {
	All bool `help:"Closed accounts too."`
}

type staffDisable struct {
	Login string `arg:"" optional:"" help:"Whose account."`
	Demo  bool   `help:"Every account with the demo's password."`
}

type staffEnable struct {
	Login string `arg:"" help:"Whose account."`
}

type staffReset struct {
	Login string `arg:"" help:"Whose account."`
}

// people is what the commands work with.
type people struct {
	ctx     context.Context
	db      *pg.DB
	staff   *staff.Staff
	regions *registry.Regions
	by      audit.Actor
	log     *audit.Log
	keys    *seal.PlatformKeys
}

// Run makes one account.
func (c staffAdd) Run(t *tool) error {
	a := staff.Account{Login: c.Login, Name: c.Name, Village: core.RegionCode(c.Village)}
	for _, r := range c.Role {
		a.Roles = append(a.Roles, staff.Role(r))
	}
	return withStaff(t, func(p people) error {
		for _, at := range c.At {
			code, err := placeOf(p.regions, at)
			if err != nil {
				return err
			}
			a.Regions = append(a.Regions, code)
		}
		if _, known := p.regions.Place(a.Village); c.Village != "" && !known {
			return fmt.Errorf("there is no village %s", c.Village)
		}
		var err error
		if a.Password, err = t.readPassword(); err != nil {
			return err
		}
		err = p.tx(func(ctx context.Context, tx *pg.Tx) error {
			_, err := p.staff.Create(ctx, tx, p.by, a)
			return err
		})
		if err == nil {
			fmt.Fprintf(t.out, "%s can log in\n", a.Login)
		}
		return err
	})
}

// placeOf reads a code, or the full name people know a place by.
func placeOf(regions *registry.Regions, s string) (core.RegionCode, error) {
	if s == string(core.DezhouCity) || s == "德州市" {
		return core.DezhouCity, nil
	}
	if _, known := regions.Place(core.RegionCode(s)); known {
		return core.RegionCode(s), nil
	}
	for _, county := range regions.Counties() {
		if s == county.Name {
			return county.Code, nil
		}
		for _, town := range regions.Townships(county.Code) {
			if s == county.Name+town.Name {
				return town.Code, nil
			}
		}
	}
	return "", fmt.Errorf("there is no place %s; write a code, or county and township in full, such as 平原县王庙镇", s)
}

// Run prints a table.
func (c staffList) Run(t *tool) error {
	return withStaff(t, func(p people) error {
		var list []staff.Kept
		err := p.tx(func(ctx context.Context, tx *pg.Tx) (err error) {
			list, err = p.staff.Accounts(ctx, tx, p.by)
			return err
		})
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(t.out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "LOGIN\tNAME\tROLES\tPLACES\tSTATE\tPHONE\tMADE")
		for _, k := range list {
			if !k.Active && !c.All {
				continue
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", k.Login, k.Name, joined(k.Roles), joined(k.Regions), stateOf(k), phoneOf(k), core.DateOf(k.Made))
		}
		return w.Flush()
	})
}

func joined[T ~string](list []T) string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return strings.Join(out, ",")
}

func stateOf(k staff.Kept) string {
	switch {
	case !k.Active:
		return "closed"
	case k.Demo:
		return "open, demo"
	}
	return "open"
}

// phoneOf says since when an account has a second factor.
func phoneOf(k staff.Kept) string {
	if k.Phone == nil {
		return "-"
	}
	return core.DateOf(*k.Phone).String()
}

// Run closes one account, or all of the demonstration.
func (c staffDisable) Run(t *tool) error {
	if (c.Login == "") != c.Demo {
		return errors.New("give one log-in, or --demo")
	}
	return withStaff(t, func(p people) error {
		if !c.Demo {
			return p.setActive(c.Login, false)
		}
		n := 0
		err := p.tx(func(ctx context.Context, tx *pg.Tx) (err error) {
			n, err = p.staff.CloseDemo(ctx, tx, p.by)
			return err
		})
		if err == nil {
			fmt.Fprintf(t.out, "%d accounts closed\n", n)
		}
		return err
	})
}

// Run opens a closed account.
func (c staffEnable) Run(t *tool) error {
	return withStaff(t, func(p people) error { return p.setActive(c.Login, true) })
}

func (p people) setActive(login string, active bool) error {
	return p.tx(func(ctx context.Context, tx *pg.Tx) error {
		id, err := p.staff.IDOf(ctx, tx, login)
		if err != nil {
			return err
		}
		return p.staff.SetActive(ctx, tx, p.by, id, active)
	})
}

func (p people) tx(do func(context.Context, *pg.Tx) error) error {
	return p.db.Tx(p.ctx, pg.NoScope(), do)
}

// Run sets a password.
func (c staffReset) Run(t *tool) error {
	return withStaff(t, func(p people) error {
		password, err := t.readPassword()
		if err != nil {
			return err
		}
		return p.tx(func(ctx context.Context, tx *pg.Tx) error {
			id, err := p.staff.IDOf(ctx, tx, c.Login)
			if err != nil {
				return err
			}
			return p.staff.SetPassword(ctx, tx, p.by, id, password)
		})
	})
}

// withStaff opens the database as lianou_platform, whose business accounts are. The
// trace names the user of the machine. No transaction is open while somebody types.
func withStaff(t *tool, do func(people) error) error { return withPlatform(t, true, do) }

// withPlatform is withStaff for other business of the platform. Only who mends accounts may
// work on a real database with active accounts of the demonstration.
func withPlatform(t *tool, mending bool, do func(people) error) error {
	cfg, err := t.config()
	if err != nil {
		return err
	}
	url := cfg.DatabaseURL.Reveal()
	if url == "" {
		place, err := readInstallation(cfg.DataDir)
		if err != nil {
			return err
		}
		url = place.Roles["lianou_platform"]
	}
	keys, err := platformKeys(cfg)
	if err != nil {
		return err
	}
	db, err := pg.Open(t.ctx, pg.Config{URL: url, Name: "lianou operator", MaxConns: 2})
	if err != nil {
		return err
	}
	defer db.Close()
	p := people{ctx: t.ctx, db: db, by: audit.Actor{Kind: "operator"}, log: audit.New(keys.Ring), keys: keys}
	if who, err := user.Current(); err == nil {
		p.by.ID = who.Username
	}
	if p.regions, err = registry.PlacesOf(t.ctx, db); err != nil {
		return err
	}
	clock, err := db.ReadClock(t.ctx)
	if err != nil {
		return err
	}
	p.staff, err = staff.New(t.ctx, staff.Config{DB: db, Log: p.log, Expand: routing.Reach(p.regions), Ring: keys.Ring, Mending: mending, Demand: boot.DemandsSecond(cfg, clock.Demo)})
	if err != nil {
		return err
	}
	err = do(p)
	var known *core.Error
	if errors.As(err, &known) && known.Say != "" {
		return errors.New(known.Say)
	}
	return err
}
