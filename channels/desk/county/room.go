package county

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"slices"
	"strconv"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/staff"
	"lianou/core/workflow"
)

//go:embed templates/*.html
var templates embed.FS

// Deps are what the room works with.
type Deps struct {
	DB     *pg.DB
	Cases  *casefile.Store
	Flow   *workflow.Flow
	Payout *payout.Payout
	Audit  *audit.Log
	Staff  *staff.Staff

	Regions *registry.Regions
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
		{Method: "POST", Path: "/county/batch/{batch}/take", Roles: payers, Trace: "batch.taken", Serve: c.take},
		{Method: "POST", Path: "/county/batch/{batch}/approve", Roles: payers, Trace: "batch.approved", Serve: c.approve},
		{Method: "POST", Path: "/county/batch/{batch}/discard", Roles: payers, Trace: "batch.discarded", Serve: c.discard},
		{Method: "POST", Path: "/county/inquiry/{return}/propose", Roles: payers, Trace: "inquiry.proposed", Serve: c.asked},
		{Method: "POST", Path: "/county/inquiry/{return}/confirm", Roles: payers, Trace: "inquiry.confirmed batch.reopened", Serve: c.answered},
		{Method: "POST", Path: "/county/batch/{batch}/said", Roles: payers, Trace: "ruling.proposed", Serve: c.said},
		{Method: "POST", Path: "/county/batch/{batch}/said/confirm", Roles: payers, Trace: "ruling.confirmed batch.sent batch.refused batch.dissolved", Serve: c.ruled},
		{Method: "GET", Path: "/county/batch/{batch}", Roles: payers, Trace: "batch.read", Serve: c.batch},
		{Method: "POST", Path: "/county/fix/{fix}/confirm", Roles: payers, Trace: "card.confirmed account.confirmed", Serve: c.confirm},
		{Method: "POST", Path: "/county/fix/{fix}/phone", Roles: payers, Trace: "field.revealed", Serve: c.phone},
		{Method: "POST", Path: "/county/fix/{fix}/reject", Roles: payers, Trace: "card.rejected account.rejected", Serve: c.reject},
		{Method: "POST", Path: "/county/fix/{fix}/again", Roles: payers, Trace: "payment.allowed", Serve: c.again},
		{Method: "POST", Path: "/county/held/{overlap}/say", Roles: payers, Trace: "overlap.said", Serve: c.sayApart},
		{Method: "POST", Path: "/county/held/{overlap}/confirm", Roles: payers, Trace: "overlap.let_go", Serve: c.letGo},
		{Method: "GET", Path: "/county/statement", Roles: payers, Trace: "statement.listed", Serve: c.statements},
		{Method: "POST", Path: "/county/statement", Roles: payers, Trace: "statement.taken", Serve: c.bring},
		{Method: "POST", Path: "/county/brought/{statement}/confirm", Roles: payers, Trace: "statement.confirmed", Serve: c.stands},
		{Method: "POST", Path: "/county/brought/{statement}/void", Roles: payers, Trace: "statement.voided statement.void_proposed", Serve: c.void},
		{Method: "POST", Path: "/county/brought/{statement}/void/confirm", Roles: payers, Trace: "statement.voided statement.taken", Serve: c.voided},
		{Method: "POST", Path: "/county/statement/word", Roles: payers, Trace: "statement.explained", Serve: c.explain},
		{Method: "POST", Path: "/county/statement/word/{word}/confirm", Roles: payers, Trace: "statement.settled", Serve: c.settle},
	}}
}

// scope: a bank batch holds lines of every township, so payers see the city.
func scope() pg.Scope { return pg.City("payers make batches for the whole city") }

func (c *Room) act(r *http.Request, do func(context.Context, *pg.Tx) error) error {
	return c.d.DB.Tx(r.Context(), scope(), do)
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
	Said      string
	Due       payout.Totals
	DueSample bool     // some of what is due stands on sample figures
	Waits     []string // of what is due, for want of money of the year: what is missing
	Choices   choices  // what a run may be narrowed to
	Unpaid    []unpaid // what is not on the card yet, and by when
	Late      int      // payments of it that are late
	CanBatch  bool     // something is due that has its money
	Sample    bool     // some of the money of the ledger does
	Batches   []batch
	Held      []held          // what may be the same money again
	Still     []desk.StillRow // what stands still past its day
	Asks      []ask           // what the bank has to be asked about
	Rulings   []ruling
	Fixes     []fix
	Ledger    []balance
	Moving    bool   // a batch is on its way: the page asks for news by itself
	Seen      string // digest of what it shows
}

type batch struct {
	payout.Batch
	Maker, Approver, Discarder, Word, Tone string
	Unsure                                 string // what is not known of it, and what to do
	Chosen                                 string // what of all that was due it took
	MayApprove, MayDiscard, MayTake        bool
}

type balance struct {
	Name    string
	Balance core.Fen
}

func (c *Room) page(w http.ResponseWriter, r *http.Request, at desk.At) error {
	var f found
	err := c.act(r, func(ctx context.Context, tx *pg.Tx) (err error) {
		if f, err = c.look(ctx, tx, at); err != nil {
			return err
		}
		return c.sum(ctx, tx, at, &f)
	})
	if err != nil {
		return err
	}
	p, err := c.say(r, at, f)
	if err != nil {
		return err
	}
	p.Said = desk.Said(w, r)
	return at.Page.Show(w, at, desk.View{Room: "county", Name: "county", Title: "发钱"}, p)
}

// found is what the room reads, before names and words are put to it.
type found struct {
	due       payout.Totals
	waits     []payout.Waiting
	parts     []payout.Part
	unpaid    []payout.Unpaid
	open      []payout.Fix
	asks      []payout.Inquiry
	unsettled []payout.Unsettled
	held      []payout.Held
	still     []payout.Late
	cards     []casefile.Card
	rung      map[int64]bool // the cards whose household's own number this payer has looked at
	heads     map[core.CaseID]casefile.Head
	batches   []payout.Batch
	ledger    payout.Ledger
	dueSample bool
}

// look reads what changes while a page stands open: a few rows, by their indexes.
func (c *Room) look(ctx context.Context, tx *pg.Tx, at desk.At) (f found, err error) {
	if f.batches, err = c.d.Payout.Batches(ctx, tx); err != nil {
		return f, err
	}
	if f.open, err = c.d.Payout.FixTasks(ctx, tx); err != nil {
		return f, err
	}
	if f.asks, err = c.d.Payout.Inquiries(ctx, tx); err != nil {
		return f, err
	}
	if f.unsettled, err = c.d.Payout.Unsettled(ctx, tx); err != nil {
		return f, err
	}
	if f.cards, err = c.d.Cases.OpenCards(ctx, tx, cases(f.open)...); err != nil {
		return f, err
	}
	f.rung = map[int64]bool{}
	for _, card := range f.cards {
		if f.rung[card.ID], err = c.d.Audit.Looked(ctx, tx, desk.ActorOf(at).ID, card.Case, card.At); err != nil {
			return f, err
		}
	}
	if f.held, err = c.d.Payout.Held(ctx, tx); err != nil {
		return f, err
	}
	if f.still, err = payout.Lates(ctx, tx, payout.RungPayers); err != nil {
		return f, err
	}
	f.heads, err = c.d.Cases.Heads(ctx, tx, append(cases(f.open), heldCases(f.held)...)...)
	return f, err
}

// sum reads the rest of what a page shows, which is all the money there is, and
// writes down that it was shown.
func (c *Room) sum(ctx context.Context, tx *pg.Tx, at desk.At, f *found) (err error) {
	if f.due, f.dueSample, err = c.d.Payout.Due(ctx, tx); err != nil {
		return err
	}
	if f.waits, err = c.d.Payout.Waiting(ctx, tx); err != nil {
		return err
	}
	if f.parts, err = c.d.Payout.Parts(ctx, tx); err != nil {
		return err
	}
	if f.unpaid, err = c.d.Payout.Unpaid(ctx, tx); err != nil {
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
}

// say puts names and words to what was read.
func (c *Room) say(r *http.Request, at desk.At, found found) (page, error) {
	var people []core.StaffID
	for _, b := range found.batches {
		people = append(people, b.CreatedBy, b.ApprovedBy, b.Discarded)
	}
	for _, f := range found.open {
		people = append(people, f.AgainBy)
	}
	for _, card := range found.cards {
		people = append(people, card.By)
	}
	for _, q := range found.asks {
		people = append(people, q.ProposedBy)
	}
	for _, h := range found.held {
		people = append(people, h.LookedBy)
	}
	for _, u := range found.unsettled {
		people = append(people, u.ProposedBy)
	}
	names, err := c.d.Staff.Names(r.Context(), people...)
	if err != nil {
		return page{}, err
	}
	p := page{Waits: c.sayWaits(found.waits), CanBatch: found.due.Lines > lines(found.waits), Due: found.due, DueSample: found.dueSample, Asks: asksOf(found.asks, names, at.Staff.ID), Seen: found.digest()}
	p.Choices, p.Unpaid = c.choicesOf(found.parts), unpaidOf(found.unpaid)
	items := map[core.ItemCode]string{}
	for _, u := range found.unpaid {
		items[u.Item] = u.ItemName
		if u.Late > 0 {
			p.Late += u.Lines
		}
	}
	for _, b := range found.batches {
		s := wordOf(b)
		p.Moving = p.Moving || s.moving
		p.Batches = append(p.Batches, batch{Batch: b, Maker: makerOf(b, names), Chosen: c.choiceWord(b, items), MayTake: b.CreatedBy == 0 && b.State == "draft", Approver: names[b.ApprovedBy], Discarder: names[b.Discarded],
			Word: s.word, Tone: s.tone, Unsure: unsure(b), MayApprove: b.State == "draft" && b.CreatedBy != 0 && b.CreatedBy != at.Staff.ID, MayDiscard: b.State == "draft"})
	}
	p.Sample = p.DueSample || slices.ContainsFunc(found.batches, func(b payout.Batch) bool { return b.Sample })
	p.Rulings = rulingsOf(found.unsettled, names, at.Staff.ID)
	p.Fixes = found.fixes(at.Staff.ID, names)
	p.Held = c.heldOf(found, names, at.Staff.ID)
	p.Still = desk.StillRows(found.still, payout.RungPayers)
	l := found.ledger
	p.Ledger = []balance{{"决定要发的", l.Entitled}, {"还没发的", l.Owed}, {"在银行路上的", l.Transit}, {"已到卡上的", l.Bank}}
	return p, nil
}
