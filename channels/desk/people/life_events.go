package people

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/bell"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/wording"
)

// eventRow is one event in words.
type eventRow struct {
	registry.Event
	Word, Proof string
	Who         string // "" for nobody whom the scope sees
	Teller      string // who registered it
	Open        bool   // may be taken back
	UndoneBy    string
	UndoneAt    time.Time // zero where it stands
	Alone       bool      // who reads it may take it back alone
	Asker       string    // who wants it taken back
	Judge       string    // who said what of that
	Mine        bool      // who reads it wants it taken back

	undoer string
}

// Waits reports whether somebody wants it taken back and another is to decide.
func (row eventRow) Waits() bool { return row.Ask != nil && row.Ask.State == registry.UndoOpen }

// eventRows says events, and of one that was undone by which other.
func eventRows(events []registry.Event, reader audit.Actor, now time.Time) []eventRow {
	me := reader.Kind + ":" + reader.ID
	var out []eventRow
	for _, e := range events {
		row := eventRow{Event: e, Word: wording.Happened(string(e.Kind)), Who: whoIn(e), Open: e.Kind != registry.EventUndo && !e.Undone,
			Alone: e.Alone(me, now), Mine: e.Ask != nil && e.Ask.By == me}
		if e.Kind == registry.EventUndo {
			row.Word = "撤销了「" + wording.Happened(string(e.UndoesOf)) + "」"
		}
		_, proof, _ := strings.Cut(e.Told.Source, ",")
		proof, came, _ := strings.Cut(proof, ",")
		row.Proof = wording.Proof(proof)
		if how, is := arrivalOf(came); is {
			row.Proof += " · " + how.Word
		}
		if i := slices.IndexFunc(events, func(u registry.Event) bool { return u.Undoes == e.ID }); i >= 0 {
			row.undoer, row.UndoneAt = events[i].By, events[i].KnownAt
		}
		out = append(out, row)
	}
	return out
}

// wordOf is the word of one value of a list, "" for one that is not in it.
func wordOf(list []wording.Option, value string) string {
	for _, o := range list {
		if o.Value == value {
			return o.Word
		}
	}
	return ""
}

// nameTellers names who registered events and who took them back.
func (p *Room) nameTellers(ctx context.Context, rows []eventRow) error {
	var ids []core.StaffID
	for _, row := range rows {
		ids = append(ids, staffOf(row.By), staffOf(row.undoer))
		if row.Ask != nil {
			ids = append(ids, staffOf(row.Ask.By), staffOf(row.Ask.JudgedBy))
		}
	}
	names, err := p.d.Staff.Names(ctx, ids...)
	for i, row := range rows {
		rows[i].Teller, rows[i].UndoneBy = tellerIn(names, row.By), tellerIn(names, row.undoer)
		if row.Ask != nil {
			rows[i].Asker, rows[i].Judge = tellerIn(names, row.Ask.By), tellerIn(names, row.Ask.JudgedBy)
		}
	}
	return err
}

// tellerIn is who did something to the register: a member of staff, or the system itself.
func tellerIn(names map[core.StaffID]string, actor string) string {
	if name := names[staffOf(actor)]; name != "" || actor == "" {
		return name
	}
	return "系统"
}

// undos is how often one officer may take events back in an hour. It is not the bound on
// telling them: whoever made thirty slips must be able to mend them at once.
var undos = bell.Rate{Count: 120, Per: time.Hour}

var errUndos = core.E(core.KindTooMany, "undos_exceeded", "这一小时撤销得太多了。过一会儿再撤,没撤的都还在。")

// untell takes an event back, or asks another person to where that takes two; both stay in the
// register. It also ends such a request: "keep".
func (p *Room) untell(w http.ResponseWriter, r *http.Request, at desk.At) error {
	a, chosen := askedOf(r)
	if !chosen {
		return errNoPurpose
	}
	if ok, _ := p.d.Bell.Allow(r.Context(), "people-undo:"+desk.ActorOf(at).ID, undos); !ok {
		return errUndos
	}
	page, err := p.lifeOf(r, at, a)
	if err != nil {
		return err
	}
	event, err := strconv.ParseInt(r.PostFormValue("event"), 10, 64)
	if err != nil {
		return registry.ErrNoEvent
	}
	if r.PostFormValue("sure") == "" && r.PostFormValue("say") != "keep" {
		return core.Invalid("sure", "先打上钩,再撤销。")
	}
	said := "撤销了。家里的人恢复到登记以前,两条都留着。"
	err = p.look(r, at, a, func(ctx context.Context, tx *pg.Tx, why registry.Purpose) error {
		if err := p.lives(ctx, tx, why, at, &page); err != nil {
			return err
		}
		if err := p.mayUndo(ctx, tx, why, at, &page, registry.EventID(event)); err != nil {
			return err
		}
		life := p.d.Life.Because(r.PostFormValue("reason"))
		if r.PostFormValue("say") == "keep" {
			said = "没有撤。登记照旧,写的话留着。"
			return life.KeepEvent(ctx, tx, why, registry.EventID(event))
		}
		undone, err := life.TakeBack(ctx, tx, why, "officer:"+why.Actor.ID, registry.EventID(event))
		if err == nil && !undone {
			said = "提了撤销,等另一位同事定。定以前,登记照旧。请同事到「待核更正」里看。"
		}
		return err
	})
	if err != nil {
		return err
	}
	return desk.Back(w, r, page.Path()+"?"+string(a.Query()), said)
}

// undosWaiting lists what somebody of the officer's place wants taken back and another has to
// judge, where the household's events stand.
func (p *Room) undosWaiting(ctx context.Context, tx *pg.Tx, why registry.Purpose, at desk.At) ([]eventRow, error) {
	events, err := p.d.Life.UndosWaiting(ctx, tx, why)
	if err != nil {
		return nil, err
	}
	if err := p.mayName(ctx, tx, why, events); err != nil {
		return nil, err
	}
	for i := range events {
		if err := p.unsaidToKin(ctx, tx, at, nil, events[i:i+1]); err != nil {
			return nil, err
		}
	}
	return eventRows(events, why.Actor, tx.Now()), nil
}

// unsaidToKin leaves out what was said of events to whoever is declared kin of those they are
// about, or of the household's people: who told of a death need not be read by its family.
func (p *Room) unsaidToKin(ctx context.Context, tx *pg.Tx, at desk.At, members []registry.Member, events []registry.Event) error {
	var ids []core.PersonID
	for _, m := range members {
		ids = append(ids, m.Person.ID)
	}
	for _, e := range events {
		for _, one := range e.People {
			ids = append(ids, one.Person)
		}
	}
	kin, err := p.d.Staff.Relatives(ctx, tx, ids)
	if _, is := kin[at.Staff.ID]; err != nil || !is {
		return err
	}
	for i := range events {
		events[i].Words = ""
		if ask := events[i].Ask; ask != nil {
			ask.Words, ask.Answer = "", ""
		}
	}
	return nil
}

// mayUndo refuses an event of another household, and whoever is declared kin of the people
// whom it is about or of any household that it changed. Of one whose last member died or left
// nobody is a member any more: those the event names are asked too.
func (p *Room) mayUndo(ctx context.Context, tx *pg.Tx, why registry.Purpose, at desk.At, page *lifePage, event registry.EventID) error {
	i := slices.IndexFunc(page.Events, func(e eventRow) bool { return e.ID == event })
	if i < 0 {
		return registry.ErrNoEvent
	}
	var people []core.PersonID
	for _, party := range page.Events[i].People {
		people = append(people, party.Person)
	}
	kin, err := p.d.Staff.Relatives(ctx, tx, people)
	if err != nil {
		return err
	}
	if _, is := kin[at.Staff.ID]; is {
		return casefile.ErrConflictOfInterest
	}
	homes, err := p.d.Life.Homes(ctx, tx, event)
	if err != nil {
		return err
	}
	for _, home := range append(homes, page.Home) { // it may have been told of two
		if err := p.notKin(ctx, tx, why, at, home); err != nil {
			return err
		}
	}
	return nil
}
