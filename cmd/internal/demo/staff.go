package demo

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"lianou/cmd/internal/visitor"
)

// Desk is one member of staff, logged in.
type Desk struct {
	*visitor.Visitor
	login string
}

// LogIn opens the desk for a demo account.
func (p *Player) LogIn(ctx context.Context, login string) (*Desk, error) {
	return p.logInWith(ctx, login, p.password)
}

func (p *Player) logInWith(ctx context.Context, login, password string) (*Desk, error) {
	v, err := visitor.New(p.city.Platform)
	if err != nil {
		return nil, err
	}
	page, err := v.Open(ctx, "/desk/login")
	if err != nil {
		return nil, err
	}
	form, err := page.Form("/desk/login")
	if err != nil {
		return nil, err
	}
	if _, err = v.Send(ctx, form, url.Values{"login": {login}, "password": {password}}); err != nil {
		return nil, fmt.Errorf("log in as %s: %w", login, err)
	}
	return &Desk{v, login}, nil
}

var casePath = regexp.MustCompile(`^/desk/township/case/(\d+)$`)

// waitFor asks again until the page is as wanted. It is patience, not timing: jobs
// run on their own and the page shows when they are done.
func waitFor[T any](ctx context.Context, what string, look func() (T, bool, error)) (T, error) {
	deadline := time.Now().Add(3 * time.Minute)
	for {
		v, ok, err := look()
		if ok || err != nil && ctx.Err() != nil {
			return v, err
		}
		if time.Now().After(deadline) {
			if err != nil {
				return v, fmt.Errorf("waited in vain for %s: %w", what, err)
			}
			return v, fmt.Errorf("waited in vain for %s", what)
		}
		select {
		case <-ctx.Done():
			return v, ctx.Err()
		case <-time.After(250 * time.Millisecond):
		}
	}
}

// FindCase looks the receipt up in the queue until the case is there, judged and
// ready to be accepted.
func (d *Desk) FindCase(ctx context.Context, receipt string) (string, error) {
	return waitFor(ctx, "the case of receipt "+receipt, func() (string, bool, error) {
		page, err := d.Open(ctx, "/desk/township?q="+url.QueryEscape(receipt))
		if err != nil {
			return "", false, err
		}
		for _, link := range page.Links() {
			if casePath.MatchString(link) {
				c, err := d.Open(ctx, link)
				if err != nil {
					return "", false, err
				}
				form, err := c.Form("/accept")
				return link, err == nil && form.Values.Has("second"), nil // who may go is asked once the case has its place
			}
		}
		return "", false, nil
	})
}

// Act sends the form of one act from the case's page.
func (d *Desk) Act(ctx context.Context, at, suffix string, change url.Values) (*visitor.Page, error) {
	page, err := d.Open(ctx, at)
	if err != nil {
		return nil, err
	}
	form, err := page.Form(suffix)
	if err != nil {
		return nil, err
	}
	return d.Send(ctx, form, change)
}

// each does one act for every claim whose page offers it, and counts.
func (d *Desk) each(ctx context.Context, at, name string, change url.Values) (int, error) {
	done := map[string]bool{}
	for {
		page, err := d.Open(ctx, at)
		if err != nil {
			return len(done), err
		}
		next := ""
		for _, action := range page.Actions() {
			if strings.HasSuffix(action, "/"+name) && strings.Contains(action, "/claim/") && !done[action] {
				next = action
				break
			}
		}
		if next == "" {
			return len(done), nil
		}
		form, err := page.Form(next)
		if err != nil {
			return len(done), err
		}
		// Where no formula gives the amount, the officer does.
		if amount, asked := form.Values["amount"]; asked && amount[0] == "" {
			form.Values.Set("amount", "500")
		}
		if _, err := d.Send(ctx, form, change); err != nil {
			return len(done), fmt.Errorf("%s as %s: %w", next, d.login, err)
		}
		done[next] = true
	}
}

// once does an act that the page offers for one claim, and for no other.
func (d *Desk) once(ctx context.Context, at, name string, change url.Values) error {
	n, err := d.each(ctx, at, name, change)
	if err == nil && n != 1 {
		err = fmt.Errorf("%s does %s for %d items, and not for one", d.login, name, n)
	}
	return err
}
