package county

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"strconv"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/staff"
	"lianou/core/wording"
)

//go:embed templates/*.html
var templates embed.FS

// Deps are what the room works with.
type Deps struct {
	DB     *pg.DB
	Payout *payout.Payout
	Audit  *audit.Log
	Staff  *staff.Staff
}

// Room is the payers' room.
type Room struct{ d Deps }

// New makes the room.
func New(d Deps) *Room { return &Room{d} }

// Templates gives the room's pages to the shell.
func (c *Room) Templates() fs.FS { return templates }

// Desk is the room's rows of the route table.
func (c *Room) Desk() desk.Room {
	payers := []staff.Role{staff.Payer}
	return desk.Room{Name: "county", Title: "发钱", Roles: payers, Home: "/county", Routes: []desk.Route{
		{Method: "GET", Path: "/county", Roles: payers, Trace: "payment.listed", Serve: c.page},
		{Method: "GET", Path: "/county/batches", Roles: payers, Trace: "payment.listed", Serve: c.batches},
		{Method: "POST", Path: "/county/batch", Roles: payers, Trace: "batch.created", Serve: c.create},
		{Method: "POST", Path: "/county/batch/{batch}/approve", Roles: payers, Trace: "batch.approved", Serve: c.approve},
		{Method: "POST", Path: "/county/batch/{batch}/discard", Roles: payers, Trace: "batch.discarded", Serve: c.discard},
		{Method: "POST", Path: "/county/inquiry/{return}/propose", Roles: payers, Trace: "inquiry.proposed", Serve: c.asked},
		{Method: "POST", Path: "/county/inquiry/{return}/confirm", Roles: payers, Trace: "inquiry.confirmed", Serve: c.answered},
		{Method: "POST", Path: "/county/fix/{fix}/propose", Roles: payers, Trace: "account.proposed", Serve: c.propose},
		{Method: "POST", Path: "/county/fix/{fix}/confirm", Roles: payers, Trace: "account.confirmed", Serve: c.confirm},
	}}
}

// scope: a bank batch holds lines of every township, so payers see the city.
func scope() pg.Scope { return pg.City("payers make batches for the whole city") }

func (c *Room) act(r *http.Request, do func(context.Context, *pg.Tx) error) error {
	return c.d.DB.Tx(r.Context(), scope(), do)
}

func (c *Room) create(w http.ResponseWriter, r *http.Request, at desk.At) error {
	err := c.act(r, func(ctx context.Context, tx *pg.Tx) error {
		_, err := c.d.Payout.CreateBatch(ctx, tx, at.Staff.ID)
		return err
	})
	return done(w, r, err, "做好了一批。请另一个人核准。")
}

// approve sends the totals that the page showed along: what has changed since is
// refused instead of approved unseen.
func (c *Room) approve(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "batch")
	if err != nil {
		return err
	}
	lines, err1 := strconv.Atoi(r.FormValue("lines"))
	total, err2 := strconv.ParseInt(r.FormValue("total"), 10, 64)
	if err1 != nil || err2 != nil {
		return core.Invalid("total", "请刷新页面再核准。")
	}
	err = c.act(r, func(ctx context.Context, tx *pg.Tx) error {
		return c.d.Payout.Approve(ctx, tx, at.Staff.ID, id, payout.Totals{Lines: lines, Total: core.Fen(total)})
	})
	return done(w, r, err, "核准了,正在发给银行。")
}

func (c *Room) discard(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "batch")
	if err != nil {
		return err
	}
	err = c.act(r, func(ctx context.Context, tx *pg.Tx) error {
		return c.d.Payout.Discard(ctx, tx, at.Staff.ID, id, r.FormValue("reason"))
	})
	return done(w, r, err, "这一批作废了,钱回到等着发的。")
}

func (c *Room) propose(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "fix")
	if err != nil {
		return err
	}
	account, err := core.ParseBankAccount(r.FormValue("account"))
	if err != nil {
		return err
	}
	err = c.act(r, func(ctx context.Context, tx *pg.Tx) error {
		new := payout.Correction{Account: account, Holder: r.FormValue("holder"), Evidence: r.FormValue("evidence")}
		return c.each(ctx, tx, id, func(fix int64) error { return c.d.Payout.ProposeAccount(ctx, tx, at.Staff.ID, fix, new) })
	})
	return done(w, r, err, "登记了新卡。请另一个人看过卡再确认。")
}

func (c *Room) confirm(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "fix")
	if err != nil {
		return err
	}
	err = c.act(r, func(ctx context.Context, tx *pg.Tx) error {
		return c.each(ctx, tx, id, func(fix int64) error { return c.d.Payout.ConfirmAccount(ctx, tx, at.Staff.ID, fix) })
	})
	return done(w, r, err, "确认了。这笔钱排进下一批。")
}

// each does one step for every returned line of the same card: a family brings its
// new card once.
func (c *Room) each(ctx context.Context, tx *pg.Tx, fix int64, step func(fix int64) error) error {
	all, err := c.d.Payout.SameCard(ctx, tx, fix)
	for i := 0; err == nil && i < len(all); i++ {
		err = step(all[i])
	}
	return err
}

func number(r *http.Request, name string) (int64, error) {
	n, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil || n <= 0 {
		return 0, core.E(core.KindNotFound, "not_found", "没有这一条。")
	}
	return n, nil
}

func done(w http.ResponseWriter, r *http.Request, err error, said string) error {
	if err != nil {
		return err
	}
	return desk.Back(w, r, "/desk/county", said)
}

// page is what the room shows.
type page struct {
	Said    string
	Due     payout.Totals
	Batches []batch
	Asks    []ask // what the bank has to be asked about
	Fixes   []fix
	Ledger  []balance
	Moving  bool // a batch is on its way: the list asks for news by itself
}

type batch struct {
	payout.Batch
	Maker, Approver, Discarder, Word, Tone string
	MayApprove, MayDiscard                 bool
}

type fix struct {
	payout.Fix
	Lines      int
	Total      core.Fen
	Why        string
	By         string
	MayPropose bool
	MayConfirm bool
}

type balance struct {
	Name    string
	Balance core.Fen
}

func (c *Room) page(w http.ResponseWriter, r *http.Request, at desk.At) error {
	p, err := c.read(r, at)
	if err != nil {
		return err
	}
	p.Said = desk.Said(w, r)
	return at.Page.Show(w, at, desk.View{Room: "county", Name: "county", Title: "发钱"}, p)
}

// batches is the live part of the page: the bank's answers come by themselves.
func (c *Room) batches(w http.ResponseWriter, r *http.Request, at desk.At) error {
	p, err := c.read(r, at)
	if err != nil {
		return err
	}
	return at.Page.Part(w, "county", "batches", p)
}

// found is what the room reads, before names and words are put to it.
type found struct {
	due     payout.Totals
	open    []payout.Fix
	asks    []payout.Inquiry
	batches []payout.Batch
	ledger  payout.Ledger
}

func (c *Room) read(r *http.Request, at desk.At) (page, error) {
	var f found
	err := c.act(r, func(ctx context.Context, tx *pg.Tx) (err error) {
		if f.due, err = c.d.Payout.Due(ctx, tx); err != nil {
			return err
		}
		if f.batches, err = c.d.Payout.Batches(ctx, tx); err != nil {
			return err
		}
		if f.open, err = c.d.Payout.FixTasks(ctx, tx); err != nil {
			return err
		}
		if f.asks, err = c.d.Payout.Inquiries(ctx, tx); err != nil {
			return err
		}
		if f.ledger, err = c.d.Payout.LedgerTotals(ctx, tx); err != nil {
			return err
		}
		ids := make([]int64, len(f.open))
		for i, one := range f.open {
			ids[i] = one.ID
		}
		return c.d.Audit.Write(ctx, tx, audit.Listed(audit.Listing{Actor: desk.ActorOf(at), Act: "payment.listed", IDs: ids, Purpose: "发钱"}))
	})
	if err != nil {
		return page{}, err
	}
	return c.say(r, at, f)
}

// say puts names and words to what was read.
func (c *Room) say(r *http.Request, at desk.At, found found) (page, error) {
	var people []core.StaffID
	for _, b := range found.batches {
		people = append(people, b.CreatedBy, b.ApprovedBy, b.Discarded)
	}
	for _, f := range found.open {
		people = append(people, f.ProposedBy)
	}
	for _, q := range found.asks {
		people = append(people, q.ProposedBy)
	}
	names, err := c.d.Staff.Names(r.Context(), people...)
	if err != nil {
		return page{}, err
	}
	p := page{Due: found.due, Asks: asksOf(found.asks, names, at.Staff.ID)}
	for _, b := range found.batches {
		s := states[b.State]
		p.Moving = p.Moving || s.tone == "amber"
		p.Batches = append(p.Batches, batch{Batch: b, Maker: names[b.CreatedBy], Approver: names[b.ApprovedBy], Discarder: names[b.Discarded],
			Word: s.word, Tone: s.tone, MayApprove: b.State == "draft" && b.CreatedBy != at.Staff.ID, MayDiscard: b.State == "draft"})
	}
	shown := map[string]int{} // returned lines of one card stand together
	for _, f := range found.open {
		card := fmt.Sprint(f.Line.Case, f.Line.Holder, f.Line.Last4, f.State, f.ProposedBy)
		if i, seen := shown[card]; seen {
			p.Fixes[i].Lines++
			p.Fixes[i].Total += f.Line.Amount
			continue
		}
		shown[card] = len(p.Fixes)
		p.Fixes = append(p.Fixes, fix{Lines: 1, Total: f.Line.Amount, Fix: f, Why: wording.FixTask(f.Code), By: names[f.ProposedBy],
			MayPropose: f.State == "open", MayConfirm: f.State == "proposed" && f.ProposedBy != at.Staff.ID})
	}
	l := found.ledger
	p.Ledger = []balance{{"决定要发的", l.Entitled}, {"还没发的", l.Owed}, {"在银行路上的", l.Transit}, {"已到卡上的", l.Bank}}
	return p, nil
}

type stateWord struct{ word, tone string }

var states = map[string]stateWord{
	"draft": {"等另一个人核准", "petal"}, "discarded": {"作废", ""}, "approved": {"已核准", "amber"}, "file_written": {"文件写好", "amber"},
	"sent": {"在银行", "amber"}, "answered": {"银行已答复", "leaf"}, "refused": {"银行整批退回", "red"}, "closed": {"结清", "leaf"},
}
