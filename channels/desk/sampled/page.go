package sampled

import (
	"context"
	"net/http"
	"strconv"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/sampled"
	"lianou/core/staff"
)

// row is one call of the list: whose name stands in it in full is said by the page of the call.
type row struct {
	sampled.Call
	Who, Place string
	Mine, Busy bool // in the hands of whoever reads, or of somebody else
	Late       bool
}

// matterRow is one matter of the list.
type matterRow struct {
	sampled.Matter
	Who, Place, Owner string
	Mine, Late        bool
}

type listPage struct {
	Said    string
	Asks    bool
	Finds   bool
	Rings   bool // by telephone
	Rows    []row
	Matters []matterRow
}

func (k *Room) list(w http.ResponseWriter, r *http.Request, at desk.At) error {
	p := listPage{Said: desk.Said(w, r), Asks: at.Has(staff.Agent, staff.Officer, staff.Assistant), Finds: at.Has(staff.Payer, staff.County), Rings: at.Has(staff.Agent)}
	err := k.in(r, at, func(ctx context.Context, tx *pg.Tx) error {
		calls, err := k.d.Sampled.ToAsk(ctx, tx, at.Staff)
		if err != nil {
			return err
		}
		matters, err := k.d.Sampled.Matters(ctx, tx, at.Staff)
		if err != nil {
			return err
		}
		return k.rows(ctx, tx, at, &p, calls, matters)
	})
	if err != nil {
		return err
	}
	var owners []core.StaffID
	for _, m := range p.Matters {
		owners = append(owners, m.Matter.Owner)
	}
	names, err := k.d.Staff.Names(r.Context(), owners...)
	if err != nil {
		return err
	}
	for i := range p.Matters {
		p.Matters[i].Owner = names[p.Matters[i].Matter.Owner]
	}
	return at.Page.Show(w, at, desk.View{Room: "sampled", Name: "sampled", Title: "钱到没到"}, p)
}

// rows reads what the list shows of each, and writes down that it was shown.
func (k *Room) rows(ctx context.Context, tx *pg.Tx, at desk.At, p *listPage, calls []sampled.Call, matters []sampled.Matter) error {
	p.Rows, p.Matters = nil, nil
	var ids []core.CaseID
	for _, c := range calls {
		ids = append(ids, c.Case)
	}
	for _, m := range matters {
		ids = append(ids, m.Case)
	}
	cases, err := k.d.Cases.Each(ctx, tx, ids)
	if err != nil {
		return err
	}
	var shown []int64
	for _, c := range calls {
		of, mine := cases[c.Case], c.Mine(at.Staff.ID, tx.Now())
		p.Rows = append(p.Rows, row{Call: c, Who: casefile.MaskName(of.Applicant), Place: k.d.Regions.FullName(c.Region), Mine: mine,
			Busy: !mine && c.Taker != 0 && c.Mine(c.Taker, tx.Now()), Late: c.Due < tx.Today()})
		shown = append(shown, int64(c.Case))
	}
	for _, m := range matters {
		of := cases[m.Case]
		p.Matters = append(p.Matters, matterRow{Matter: m, Who: of.Applicant, Place: k.d.Regions.FullName(m.Region), Mine: m.Owner == at.Staff.ID, Late: m.Due < tx.Today()})
		shown = append(shown, int64(m.Case))
	}
	return k.d.Audit.Write(ctx, tx, audit.Listed(audit.Listing{Actor: desk.ActorOf(at), Act: "sampled.shown", IDs: shown, Purpose: "问钱到没到"}))
}

type callPage struct {
	Said string
	sampled.Call
	Of    casefile.Case
	Item  string
	Mine  bool
	Phone bool // it is rung, and not gone to
	Today core.Date
	First core.Date
}

// call is the page of one call: who, what to say, and the form. It has no amount and no day.
func (k *Room) call(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "asked")
	if err != nil {
		return err
	}
	p := callPage{Said: desk.Said(w, r)}
	err = k.in(r, at, func(ctx context.Context, tx *pg.Tx) (err error) {
		if p.Call, err = k.d.Sampled.Call(ctx, tx, at.Staff, id); err != nil {
			return err
		}
		if p.Of, err = k.d.Cases.Get(ctx, tx, p.Call.Case); err != nil {
			return err
		}
		p.Mine, p.Phone = p.Call.Mine(at.Staff.ID, tx.Now()), p.How == sampled.Phone
		p.Today, p.First = tx.Today(), tx.Today().AddDate(0, -3, 0)
		return k.d.Audit.Write(ctx, tx, audit.Entry{Actor: desk.ActorOf(at), Act: "sampled.read", Case: p.Call.Case, Region: p.Region, Purpose: "问钱到没到",
			Detail: map[string]any{"call": id}})
	})
	if err != nil {
		return err
	}
	return at.Page.Show(w, at, desk.View{Room: "sampled", Name: "ask", Title: "问钱到没到"}, p)
}

type matterPage struct {
	Said string
	sampled.Matter
	Of      casefile.Case
	Names   map[core.StaffID]string
	Mine    bool // theirs to write
	Seconds bool // theirs to confirm
	Stamp   string
	Opens   bool // may look into the case
}

// matter is the page of one payment that is not right.
func (k *Room) matter(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "matter")
	if err != nil {
		return err
	}
	p := matterPage{Said: desk.Said(w, r), Opens: at.Has(staff.County)}
	err = k.in(r, at, func(ctx context.Context, tx *pg.Tx) (err error) {
		if p.Matter, err = k.d.Sampled.Matter(ctx, tx, at.Staff, id); err != nil {
			return err
		}
		if p.Of, err = k.d.Cases.Get(ctx, tx, p.Matter.Case); err != nil {
			return err
		}
		return k.d.Audit.Write(ctx, tx, audit.Entry{Actor: desk.ActorOf(at), Act: "sampled.matter_read", Case: p.Matter.Case, Region: p.Region, Purpose: "查对不上的钱",
			Detail: map[string]any{"matter": id}})
	})
	if err != nil {
		return err
	}
	if p.Names, err = k.d.Staff.Names(r.Context(), p.Owner, p.By, p.Matter.Second, p.Asker); err != nil {
		return err
	}
	p.Mine = p.State == "open" && p.Owner == at.Staff.ID
	p.Seconds = p.State == "proposed" && p.By != at.Staff.ID
	p.Stamp = strconv.FormatInt(p.Matter.Said.UnixMicro(), 10)
	return at.Page.Show(w, at, desk.View{Room: "sampled", Name: "matter", Title: "查对不上的钱"}, p)
}
