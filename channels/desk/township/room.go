package township

import (
	"context"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/blob"
	"lianou/core/casefile"
	"lianou/core/matching"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/recheck"
	"lianou/core/registry"
	"lianou/core/sampled"
	"lianou/core/staff"
	"lianou/core/workflow"
	"lianou/intake/talks"
)

//go:embed templates/*.html
var templates embed.FS

// Deps are what the room works with; all are required.
type Deps struct {
	Desk    *desk.Desk
	DB      *pg.DB
	Cases   *casefile.Store
	Flow    *workflow.Flow
	Staff   *staff.Staff
	Blobs   *blob.Store
	Audit   *audit.Log
	Regions *registry.Regions
	Book    matching.Books
	Chats   *talks.Desk      // nil where no chat is led
	Recheck *recheck.Recheck // nil where nothing is looked at again
	Sampled *sampled.Sampled // nil where nobody is asked whether money arrived
}

// Room is the township's room, which county officers reach too.
type Room struct{ d Deps }

// New makes the room.
func New(d Deps) *Room { return &Room{d} }

// Templates gives the room's pages to the shell.
func (t *Room) Templates() fs.FS { return templates }

// Desk is the room's rows of the route table. What a person may do with a case is
// casefile's to say, act by act; the roles here only open the door.
func (t *Room) Desk() desk.Room {
	all := []staff.Role{staff.Officer, staff.Approver, staff.Assistant, staff.Clerk, staff.County}
	visiting := []staff.Role{staff.Officer, staff.Assistant} // who may write a visit down
	shells := []desk.Shell{{Path: "/township/visits/shell", Serve: visitShell}, {Path: "/township/visits/sw.js", Serve: visitWorker}, {Path: "/township/visits/manifest.json", Serve: visitManifest}}
	return desk.Room{Name: "township", Title: "办件", Roles: all, Home: "/township", Shells: shells, Routes: []desk.Route{
		{Method: "GET", Path: "/township", Roles: all, Trace: "case.listed", Serve: t.queue},
		{Method: "GET", Path: "/township/list", Roles: all, Trace: "case.listed", Serve: t.list},
		{Method: "GET", Path: "/township/conferences", Roles: all, Trace: "none: counts only, small ones suppressed", Serve: t.conferences},
		{Method: "GET", Path: "/township/visits/{$}", Roles: visiting, Trace: "none: an empty page, which a device fills", Serve: t.visits},
		{Method: "GET", Path: "/township/visits/pack", Roles: visiting, Trace: "case.read", Serve: t.pack},
		{Method: "POST", Path: "/township/visits/record", Roles: visiting, Trace: "visit.recorded visit.second facts.learned facts.read change.proposed account.proposed card.proposed", Serve: t.handIn},
		{Method: "GET", Path: "/township/case/{case}", Roles: all, Trace: "case.read", Serve: t.page},
		{Method: "GET", Path: "/township/case/{case}/audio", Roles: all, Trace: "recording.played", Serve: t.audio},
		{Method: "GET", Path: "/township/case/{case}/paper/{paper}", Roles: all, Trace: "paper.opened", Serve: t.paper},
		{Method: "GET", Path: "/township/case/{case}/decision/{decision}", Roles: all, Trace: "decision.read", Serve: t.letter},
		{Method: "POST", Path: "/township/case/{case}/reveal", Roles: all, Trace: "field.revealed", Serve: t.reveal},
		{Method: "POST", Path: "/township/case/{case}/objector", Roles: all, Trace: "objector.shown", Serve: t.objector},
		{Method: "POST", Path: "/township/case/{case}/{act}", Roles: all, Trace: caseTraces, Serve: t.act},
		{Method: "POST", Path: "/township/case/{case}/claim/{claim}/{act}", Roles: all, Trace: claimTraces, Serve: t.act},
	}}
}

// The entries of the acts, one for each, which workflow writes; and those of the
// facts that an act learns and judges again, which registry writes.
const (
	caseTraces = "case.accepted claim.added visit.planned visit.recorded visit.seconded card.proposed card.confirmed card.rejected supplement.asked supplement.looking supplement.looked_up supplement.received papers.looked means.given means.refused means.withdrawn means.checked mandate.ended case.returned " +
		"case.relocated case.withdrawn conference.called conference.invited conference.minuted conference.read conference.ended conference.called_off conference.absence_denied doubt.weighed facts.learned facts.read change.proposed change.withdrawn account.proposed"
	claimTraces = "claim.proposed claim.dropped benefit.change_proposed benefit.reviewed benefit.change_decided claim.decided card.confirmed claim.rushed claim.sent_back claim.delivered delivery.seconded delivery.undone claim.result_recorded claim.unsolved unsolved.answered claim.appealed appeal.proposed appeal.decided appeal.back_said appeal.heard " +
		"notice.published claim.appraised objection.filed objection.answered payment.changed payment.stopped payment.cancelled payment.entitled"
)

// queuePage is what the queue shows.
type queuePage struct {
	Place     string
	Counts    casefile.Counts
	Q         string
	Query     template.URL // the filter again, encoded, for links and the live part
	Filters   []filter
	Filtered  bool
	Rows      []casefile.QueueRow
	Doubts    []casefile.Doubt
	Late      []desk.LateRow  // what climbed to whoever reads
	Still     []desk.StillRow // money that nobody moves, told to the county
	Appeals   []casefile.Asked
	NotSolved []casefile.NotSolved // what households say is not solved, at the unit of whoever reads
	Reviews   []casefile.ReviewDue // periodic re-checks that are near or late
	ToRead    []casefile.ToRead    // minutes that wait for whoever reads
	Visits    bool                 // whoever reads goes to households
	Asks      *desk.Asks           // what waits in the register for a second person; nil for nothing
	Next      string
	Again     int            // drawn cases where whoever looks goes
	Paid      int            // households to ask at the door whether their money arrived
	Hands     casefile.Heads // what waits for a hand or went on by itself, for who looks after the place
}

type filter struct {
	Value, Word string
	On          bool
}

func (t *Room) queue(w http.ResponseWriter, r *http.Request, at desk.At) error {
	p, err := t.read(r, at)
	if err != nil {
		return err
	}
	return at.Page.Show(w, at, desk.View{Room: "township", Name: "queue", Title: "办件"}, p)
}

func (t *Room) list(w http.ResponseWriter, r *http.Request, at desk.At) error {
	p, err := t.read(r, at)
	if err != nil {
		return err
	}
	return at.Page.Part(w, "township", "queue-list", p)
}

// again counts the drawn cases that somebody is sent to look at again.
func (t *Room) again(ctx context.Context, tx *pg.Tx, at desk.At) (int, error) {
	if t.d.Recheck == nil {
		return 0, nil
	}
	return t.d.Recheck.Waiting(ctx, tx, at.Staff.ID)
}

// paid counts the households where somebody may ask whether the money arrived.
func (t *Room) paid(ctx context.Context, tx *pg.Tx, at desk.At) (int, error) {
	if t.d.Sampled == nil || !at.Has(staff.Officer, staff.Assistant) {
		return 0, nil
	}
	return t.d.Sampled.Waiting(ctx, tx, at.Staff)
}

// read reads one page of the queue and writes one entry with the cases shown.
func (t *Room) read(r *http.Request, at desk.At) (queuePage, error) {
	show, q := r.FormValue("show"), strings.TrimSpace(r.FormValue("q"))
	p := queuePage{Place: t.place(at.Staff), Q: q, Visits: at.Has(staff.Officer, staff.Assistant), Query: template.URL(url.Values{"show": {show}, "q": {q}}.Encode()), Filtered: show != ""}
	for _, f := range []filter{{"", "全部", false}, {"mine", "我的", false}, {"due", "今天到期", false}, {"late", "过期", false}, {"decide", "等第二人", false}, {"lost", "退回、等派", false}} {
		f.On = f.Value == show
		p.Filters = append(p.Filters, f)
	}
	find := casefile.QueueFilter{Regions: at.Staff.Regions, Overdue: show == "late", Due: show == "due", Decide: show == "decide", Lost: show == "lost"}
	if show == "mine" {
		find.Mine = at.Staff.ID
	}
	if digits := strings.ReplaceAll(q, " ", ""); len(digits) == 10 && strings.Trim(digits, "0123456789") == "" {
		find.Receipt = core.Receipt(digits)
		find.States = every
	} else {
		find.Name = q
	}
	first := q == "" && r.FormValue("after") == ""
	var late []casefile.Climbed
	err := t.d.DB.Tx(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		if late, p.Appeals, p.NotSolved, p.ToRead, p.Reviews, p.Asks = nil, nil, nil, nil, nil, nil; first {
			if late, err = t.above(ctx, tx, at, &p); err != nil {
				return err
			}
		}
		if p.Again, err = t.again(ctx, tx, at); err != nil {
			return err
		}
		if at.Has(staff.Approver, staff.County) {
			if p.Hands, err = t.d.Cases.HeadsOf(ctx, tx, at.Staff.Regions, at.Staff.ID); err != nil {
				return err
			}
		}
		if p.Paid, err = t.paid(ctx, tx, at); err != nil {
			return err
		}
		if p.Counts, err = t.d.Cases.Counts(ctx, tx, at.Staff.Regions, at.Staff.ID); err != nil {
			return err
		}
		if p.Doubts, err = t.d.Cases.OpenDoubts(ctx, tx, at.Staff.Regions, 50); err != nil {
			return err
		}
		page, err := t.d.Cases.Queue(ctx, tx, find, 50, r.FormValue("after"))
		if err != nil {
			return err
		}
		p.Rows, p.Next = page.Rows, page.Next
		ids := make([]int64, 0, len(p.Rows)+len(late))
		for _, row := range p.Rows {
			ids = append(ids, int64(row.ID))
		}
		for _, row := range late {
			ids = append(ids, int64(row.Case.ID))
		}
		for _, asked := range p.Appeals {
			ids = append(ids, int64(asked.Case))
		}
		for _, one := range p.NotSolved {
			ids = append(ids, int64(one.Case))
		}
		for _, one := range p.ToRead {
			ids = append(ids, int64(one.Case))
		}
		for _, one := range p.Reviews {
			ids = append(ids, int64(one.Case))
		}
		slices.Sort(ids)
		ids = slices.Compact(ids)
		return t.d.Audit.Write(ctx, tx, audit.Listed(audit.Listing{Actor: desk.ActorOf(at), Act: "case.listed", IDs: ids, Purpose: "办件"}))
	})
	if err == nil {
		err = t.named(r.Context(), p.Appeals)
	}
	if err == nil {
		err = t.handlers(r.Context(), p.NotSolved)
	}
	if err != nil || len(late) == 0 {
		return p, err
	}
	names, err := t.d.Staff.Names(r.Context(), desk.LateStaff(late)...)
	p.Late = desk.LateRows(late, names)
	return p, err
}

// above reads what lies over the list of cases: what waits in the register for a second
// person, and over all of them what climbed to whoever reads.
func (t *Room) above(ctx context.Context, tx *pg.Tx, at desk.At, p *queuePage) (late []casefile.Climbed, err error) {
	if p.Asks, err = t.d.Desk.Asks(ctx, tx, at); err != nil || p.Filtered {
		return nil, err
	}
	if p.Appeals, err = t.d.Cases.AppealsOpen(ctx, tx, casefile.As(at.Staff), mostAppeals); err != nil {
		return nil, err
	}
	if p.NotSolved, err = t.d.Cases.UnsolvedWaiting(ctx, tx, casefile.As(at.Staff), mostAppeals); err != nil {
		return nil, err
	}
	if p.ToRead, err = t.d.Cases.MinutesToRead(ctx, tx, casefile.As(at.Staff), mostAppeals); err != nil {
		return nil, err
	}
	if slices.Contains(casefile.RungOf(casefile.As(at.Staff)), casefile.RungCounty) {
		still, err := payout.Lates(ctx, tx, payout.RungCounty, at.Staff.Regions...)
		if err != nil {
			return nil, err
		}
		p.Still = desk.StillRows(still, payout.RungCounty)
	}
	if p.Reviews, err = t.d.Cases.ReviewsDue(ctx, tx, at.Staff.Regions, mostAppeals); err != nil {
		return nil, err
	}
	return t.d.Cases.Climbs(ctx, tx, casefile.As(at.Staff))
}

// every state: a receipt number finds a closed case too.
var every = []casefile.CaseState{casefile.CaseOpen, casefile.CaseAccepted, casefile.CaseReturned, casefile.CaseSupplement, casefile.CaseVisiting,
	casefile.CasePaidFirst, casefile.CaseConference, casefile.CaseSettled, casefile.CaseWithdrawn}

func (t *Room) place(p staff.Person) string {
	switch {
	case len(p.Regions) == 1:
		return t.d.Regions.FullName(p.Regions[0])
	case len(p.Regions) > 1:
		return t.d.Regions.FullName(p.Regions[0].County())
	}
	return ""
}

func caseID(r *http.Request) (core.CaseID, error) {
	n, err := strconv.ParseInt(r.PathValue("case"), 10, 64)
	if err != nil || n <= 0 {
		return 0, core.E(core.KindNotFound, "not_found", "没有找到这件事。")
	}
	return core.CaseID(n), nil
}

// audio plays a recording of the case, to those who may read the case: the call it
// began with, or the one that is asked for.
func (t *Room) audio(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	var v casefile.View
	err = t.d.DB.Tx(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		v, err = t.d.Cases.View(ctx, tx, id, casefile.As(at.Staff), "听原话")
		return err
	})
	if err != nil {
		return err
	}
	sound := v.Recording
	if of := r.FormValue("of"); of != "" {
		if sound = sounds(v)[of]; sound == "" {
			return core.E(core.KindNotFound, "no_recording", "这件里没有这段录音。")
		}
	}
	return t.d.Desk.Play(w, r, at, desk.Playing{Recording: sound, Case: v.ID, Region: v.Region, Purpose: "听原话"})
}

// sounds are the recordings of a case's requests and visits, by their place in the
// case: a digest in an address would lie in histories and logs, and open elsewhere.
func sounds(v casefile.View) map[string]core.BlobDigest {
	list := map[string]core.BlobDigest{}
	for _, a := range v.Applications {
		list["application."+string(a.Application)] = a.Recording
	}
	for _, visit := range v.Visits {
		list["visit."+strconv.FormatInt(visit.ID, 10)] = visit.Recording
	}
	return list
}

// reveal shows one masked number in full, for a stated reason that is logged.
func (t *Room) reveal(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	var plain string
	err = t.d.DB.Tx(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		plain, err = t.d.Cases.Reveal(ctx, tx, casefile.Look{Case: id, Field: casefile.Field(r.FormValue("field")), Actor: casefile.As(at.Staff), Reason: r.FormValue("reason")})
		return err
	})
	if err != nil {
		return err
	}
	return at.Page.Part(w, "township", "revealed", plain)
}
