package people

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/registry/change"
	"lianou/core/wording"
)

// changeRow is one request in words.
type changeRow struct {
	change.Request
	Name         string // whom it is about, or after whom the household is called
	About        core.PersonID
	Label        string
	Before, Then string
	Now          string // what stands today where that is another than Before; "" else
	By, Decided  string
	Word, Tone   string
	Mine         bool      // who reads it asked for it
	Saw          bool      // who reads it was there, beside the one who asks
	Seen         bool      // two visitors saw it
	Beside       string    // who was there beside the one who asks
	Contest      bool      // somebody disputes what their household's index was made of
	Due          core.Date // of a contest: until when it is to be answered and told
	Late         bool
	Wants        string // the paper that says it, which nobody named yet: who says yes names it
	PaperBy      string // who named it
	Answer       string // what to say to whoever disputed it
	Teller       string // who told them; How and ToldOn say how and when
	HowWord      string
	staff        core.StaffID
	decider      core.StaffID
	teller       core.StaffID
	namer        core.StaffID
}

// Untold reports that whoever disputed it has still to hear what came of it.
func (row changeRow) Untold() bool {
	return row.Contest && row.ToldBy == "" && (row.State == change.Accepted || row.State == change.Refused)
}

// Back reports that who asked took it back: nobody looked at it, and it is no answer.
func (row changeRow) Back() bool { return row.State == change.Withdrawn }

// Same reports that a figure was confirmed for other people than it was told for.
func (row changeRow) Same() bool { return row.Before == row.Then }

// MayBack reports whether who reads it may take it back.
func (row changeRow) MayBack() bool { return row.Mine && !row.Contest && !row.Seen }

// changesPage is what waits in the officer's place for a second person, and who waits to be
// told what came of what they disputed.
type changesPage struct {
	Said     string
	Rows     []changeRow
	Untold   []changeRow
	Undos    []eventRow // deaths and departures that somebody wants taken back
	Hows     []wording.Option
	Today    core.Date
	Contests int
	Late     int // of the contests
}

// becauseOfChange is the purpose for which the list and a verdict read people: it is the
// work itself, so nobody has to choose one.
const becauseOfChange = "核对更正请求"

func changing(at desk.At) registry.Purpose {
	return registry.Purpose{Actor: desk.ActorOf(at), Why: becauseOfChange}
}

func (p *Room) changes(w http.ResponseWriter, r *http.Request, at desk.At) error {
	empty := changesPage{Said: desk.Said(w, r), Hows: hows}
	var page changesPage
	err := p.d.DB.Tx(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		page = empty
		why := changing(at)
		if err := p.fillChanges(ctx, tx, why, &page); err != nil {
			return err
		}
		if page.Undos, err = p.undosWaiting(ctx, tx, why, at); err != nil {
			return err
		}
		all := slices.Concat(page.Rows, page.Untold)
		if err := p.mayList(ctx, tx, why, all); err != nil {
			return err
		}
		ids := make([]int64, 0, len(all))
		for _, row := range all {
			ids = append(ids, int64(row.ID))
		}
		return p.d.Audit.Write(ctx, tx, audit.Listed(audit.Listing{Actor: why.Actor, Act: "change.listed", IDs: ids, Purpose: why.Why}))
	})
	for _, rows := range [][]changeRow{page.Rows, page.Untold} {
		if err == nil {
			err = p.nameStaff(r.Context(), at, rows)
		}
	}
	if err == nil {
		err = p.nameTellers(r.Context(), page.Undos)
	}
	if err != nil {
		return err
	}
	return at.Page.Show(w, at, desk.View{Room: "people", Name: "changes", Title: "待核更正"}, page)
}

// fillChanges reads what waits for a second person and who waits to be told.
func (p *Room) fillChanges(ctx context.Context, tx *pg.Tx, why registry.Purpose, page *changesPage) error {
	page.Today, page.Rows, page.Contests, page.Late = tx.Today(), nil, 0, 0
	list, err := p.d.Changes.Waiting(ctx, tx, why)
	if err != nil {
		return err
	}
	for _, q := range list {
		row, err := p.waiting(ctx, tx, why, q)
		if err != nil {
			return err
		}
		page.Rows = append(page.Rows, row)
		if row.Contest {
			page.Contests++
		}
		if row.Late {
			page.Late++
		}
	}
	page.Untold, err = p.untold(ctx, tx, why)
	return err
}

// mayList counts whom a list of requests names. Errors: KindTooMany.
func (p *Room) mayList(ctx context.Context, tx *pg.Tx, why registry.Purpose, rows []changeRow) error {
	var ids []int64
	for _, row := range rows {
		if row.About != 0 {
			ids = append(ids, int64(row.About))
		}
	}
	return p.d.Audit.MayShow(ctx, tx, audit.Shown(why.Actor, "person", len(ids), func(i int) int64 { return ids[i] }))
}

// waiting lays a request beside what stands today.
func (p *Room) waiting(ctx context.Context, tx *pg.Tx, why registry.Purpose, q change.Request) (changeRow, error) {
	members, err := p.d.Registry.Members(ctx, tx, why, q.Household)
	if err != nil {
		return changeRow{}, err
	}
	row := p.dated(called(rowOf(q), members), tx.Today())
	now, err := p.stands(ctx, tx, why, q)
	if now != row.Before {
		row.Now = now
	}
	return row, err
}

// called puts a name to whom a request is about: a member, or after whom the household is
// called. Who has left it has none here.
func called(row changeRow, members []registry.Member) changeRow {
	for _, m := range members {
		if m.Person.ID == row.Person {
			row.Name, row.About = m.Person.Name, m.Person.ID
		}
	}
	if row.Person == 0 {
		head := headOf(members)
		row.Name, row.About = head.Name+"家", head.ID
	}
	return row
}

// dated says until when a contest is to be answered, and whether that day is over.
func (p *Room) dated(row changeRow, today core.Date) changeRow {
	if row.Contest {
		row.Due = p.due(row.Made)
		row.Late = (row.State == change.Open || row.Untold()) && today > row.Due
	}
	return row
}

// contests lists what was disputed of a household's index, with what was answered.
func (p *Room) contests(list []changeRow, members []registry.Member, today core.Date) (out []changeRow) {
	for _, row := range list {
		if row.Contest {
			out = append(out, p.dated(called(row, members), today))
		}
	}
	return out
}

// stands is what the register says today of the fact that a request is about.
func (p *Room) stands(ctx context.Context, tx *pg.Tx, why registry.Purpose, q change.Request) (string, error) {
	d, err := p.d.Registry.Dossier(ctx, tx, why, q.Household, registry.AsOf{On: tx.Today(), Known: tx.Now()})
	if err != nil && !errors.Is(err, registry.ErrNoHousehold) {
		return "", err
	}
	for _, f := range d.Facts {
		if f.Person == q.Person && f.Path[strings.LastIndex(f.Path, "/")+1:] == q.Path {
			return desk.SayFact(q.Person == 0, q.Path, q.ValidFrom, f.Value), nil
		}
	}
	return desk.SayFact(q.Person == 0, q.Path, q.ValidFrom, nil), nil
}

func rowOf(q change.Request) changeRow {
	home := q.Person == 0
	path := q.Path
	if !home {
		path = "members/m/" + q.Path
	}
	row := changeRow{Request: q, Label: wording.FactLabel(path), Before: desk.SayFact(home, q.Path, q.ValidFrom, q.Was), Then: desk.SayFact(home, q.Path, q.ValidFrom, q.Becomes),
		staff: staffOf(q.Proposer), decider: staffOf(q.Decider), teller: staffOf(q.ToldBy), HowWord: howWord(q.How), Contest: q.Origin == change.FromCitizen, Seen: q.Origin == change.FromVisit}
	if row.Paper != nil {
		row.namer = staffOf(row.Paper.By)
	} else if q.NeedsPaper() {
		row.Wants = papers[q.Path]
	}
	row.Word, row.Tone = states[q.State][0], states[q.State][1]
	return row
}

// states are how far a request is, in words and colour.
var states = map[change.State][2]string{
	change.Open: {"等另一位同事核", "amber"}, change.Accepted: {"改了", "leaf"}, change.Refused: {"没改", ""}, change.Withdrawn: {"撤回了", ""},
	change.Mistaken: {"记错了,本人没有提过", ""},
}

// staffOf reads "staff:7", 0 for a citizen.
func staffOf(actor string) core.StaffID {
	digits, _ := strings.CutPrefix(actor, "staff:")
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0
	}
	return core.StaffID(n)
}

// nameStaff names who asked and who decided.
func (p *Room) nameStaff(ctx context.Context, at desk.At, rows []changeRow) error {
	var ids []core.StaffID
	for _, row := range rows {
		for _, id := range []core.StaffID{row.staff, row.decider, row.Seconder, row.teller, row.namer} {
			if id != 0 {
				ids = append(ids, id)
			}
		}
	}
	names, err := p.d.Staff.Names(ctx, ids...)
	for i, row := range rows {
		rows[i].By, rows[i].Decided, rows[i].Mine = names[row.staff], names[row.decider], row.staff == at.Staff.ID
		rows[i].PaperBy = names[row.namer]
		rows[i].Teller = names[row.teller]
		rows[i].Beside, rows[i].Saw = names[row.Seconder], row.Seconder != 0 && row.Seconder == at.Staff.ID
		if row.staff == 0 {
			rows[i].By = "本人"
		}
	}
	return err
}

// verdicts are the ways a request ends, with what is said afterwards.
var verdicts = map[string]string{"accept": "改了。新的登记从写的那天起算,原来的还看得到。", "refuse": "没改。理由留在请求里,提的人看得到。", "withdraw": "撤回了。登记没有变,撤回的这一条和理由还在这个人的页上。",
	"mistaken": "记下了:记错了,本人没有提过。登记没有变,也不用告诉谁。这一条还留在那一家的页上。"}

// ended are verdicts about what a citizen disputed.
var ended = map[string]string{"accept": "改了。新的登记从写的那天起算。", "refuse": "没改。"}

// judgeChange ends a request. Kin keep out; whoever asked may only take it back.
func (p *Room) judgeChange(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "change")
	if err != nil {
		return change.ErrUnknown
	}
	say := r.PostFormValue("say")
	if r.PostFormValue("again") != "" {
		return desk.Back(w, r, "/desk/people/changes", "还没有定。")
	}
	said := verdicts[say]
	err = p.d.DB.Tx(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		why := changing(at)
		q, err := p.d.Changes.Get(ctx, tx, why, change.ID(id))
		if err != nil {
			return err
		}
		if verdicts[say] == "" {
			return unsaid(staffOf(q.Proposer) == at.Staff.ID && q.Origin == change.FromOfficer)
		}
		if q.Origin == change.FromCitizen && ended[say] != "" {
			said = ended[say] + "本人等着听结果:已经列在“要答复本人的”里," + p.due(q.Made).SayWhole() + "前告诉。"
		}
		if say == "withdraw" {
			return p.d.Changes.Withdraw(ctx, tx, why, q.ID, r.PostFormValue("reason"))
		}
		if err := p.notKin(ctx, tx, why, at, q.Household); err != nil {
			return err
		}
		switch say {
		case "refuse":
			return p.d.Changes.Refuse(ctx, tx, why, q.ID, r.PostFormValue("reason"))
		case "mistaken":
			return p.mistake(ctx, tx, why, q, r)
		}
		return p.accept(ctx, tx, why, q, r)
	})
	if errors.Is(err, errUnsure) {
		return askSure(w, r, at, []unsure{mistaken})
	}
	if err != nil {
		return err
	}
	return desk.Back(w, r, "/desk/people/changes", said)
}

// unsaid asks for a verdict where none was given, by what the reader's form offers.
func unsaid(theirs bool) error {
	if theirs {
		return core.Invalid("say", "这是您提的,由另一位同事定。要撤回的,点“撤回”。")
	}
	return core.Invalid("say", "先选一样:改,还是不改。")
}

// accept lets a request through where what was shown still stands today. The register
// itself looks at the day from which the new value is true. Where nobody named the paper that says
// it, whoever accepts has looked at it.
func (p *Room) accept(ctx context.Context, tx *pg.Tx, why registry.Purpose, q change.Request, r *http.Request) error {
	now, err := p.stands(ctx, tx, why, q)
	if err != nil {
		return err
	}
	if q.State == change.Open && now != rowOf(q).Before {
		return change.ErrMeanwhile
	}
	if q.State == change.Open && q.NeedsPaper() && q.Paper == nil {
		paper, err := paperOf(r)
		if err != nil {
			return err
		}
		if paper == nil {
			return change.ErrPaper
		}
		if err := p.d.Changes.Vouch(ctx, tx, why, q.ID, *paper); err != nil {
			return err
		}
	}
	return p.d.Changes.Accept(ctx, tx, why, q.ID, r.PostFormValue("reason"))
}
