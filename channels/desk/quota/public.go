package quota

import (
	"context"
	"net/http"
	"strings"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/pg"
	"lianou/core/quota"
	"lianou/core/registry"
)

// posted is how long a list hangs out after it was frozen. After that the page shows none.
const posted = 7 * 24 * time.Hour

type whyPage struct {
	quota.Round
	A, B  row
	Steps []quota.Step
}

// why compares two households of one list.
func (k *Room) why(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r)
	if err != nil {
		return err
	}
	a, err := entryOf(r, "a")
	if err != nil {
		return err
	}
	b, err := entryOf(r, "b")
	if err != nil {
		return err
	}
	if a == b {
		return core.Invalid("b", "请写两户不一样的。")
	}
	a, b = min(a, b), max(a, b)
	var p whyPage
	err = k.in(r, at, func(ctx context.Context, tx *pg.Tx, why registry.Purpose) error {
		if p.Round, err = k.d.Quota.Round(ctx, tx, at.Staff, id); err != nil {
			return err
		}
		first, err := k.d.Quota.Entries(ctx, tx, id, a, 1)
		if err != nil {
			return err
		}
		second, err := k.d.Quota.Entries(ctx, tx, id, b, 1)
		if err != nil {
			return err
		}
		if len(first) == 0 || len(second) == 0 {
			return core.E(core.KindNotFound, "quota_no_entry", "名单上没有这一户。")
		}
		rows, err := k.rows(ctx, tx, why, append(first, second...), &quota.Course{})
		if err == nil {
			p.A, p.B, p.Steps = rows[0], rows[1], quota.Why(first[0], second[0])
		}
		return err
	})
	if err != nil {
		return err
	}
	return at.Page.Show(w, at, desk.View{Room: "quota", Name: "why", Title: "为什么排在前面"}, p)
}

type publicPage struct {
	quota.Round
	Over  bool
	Until time.Time
	Rows  []publicRow
	Most  int // households that are posted, if there are so many
}

// times is how many households are posted for each place: who stands further down would
// hardly come to be asked (a sample).
const times = 3

// publicRow is all that hangs out of a household: fixed, and masked.
type publicRow struct {
	N           int
	Name, Where string
}

// public is the list to be hung out, on paper.
func (k *Room) public(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r)
	if err != nil {
		return err
	}
	var p publicPage
	err = k.in(r, at, func(ctx context.Context, tx *pg.Tx, why registry.Purpose) (err error) {
		p = publicPage{} // anew: what lost a race is run again
		if p.Round, err = k.d.Quota.Round(ctx, tx, at.Staff, id); err != nil {
			return err
		}
		if p.State != quota.Frozen {
			return core.E(core.KindConflict, "quota_not_frozen", "名单冻结以后,才有公示。")
		}
		p.Until, p.Most = p.Ended.Add(posted), times*p.Places
		var list []quota.Entry
		if p.Over = tx.Now().After(p.Until); !p.Over {
			if list, err = k.d.Quota.Entries(ctx, tx, id, 1, p.Most); err != nil {
				return err
			}
		}
		rows, err := k.named(ctx, tx, why, list, &quota.Course{})
		for _, one := range rows {
			p.Rows = append(p.Rows, publicRow{one.N, masked(one.Head.Name), one.Where})
		}
		return err
	})
	if err != nil {
		return err
	}
	return at.Page.Show(w, at, desk.View{Room: "quota", Name: "public", Title: "公示"}, p)
}

// masked leaves the first character of a name.
func masked(name string) string {
	r := []rune(name)
	if len(r) == 0 {
		return "某"
	}
	return string(r[:1]) + strings.Repeat("*", min(max(len(r)-1, 1), 2))
}
