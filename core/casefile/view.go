package casefile

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/wording"
)

// View is everything a desk shows of one case. Personal numbers are masked; the
// plain ones come from Reveal, one at a time, with a reason.
type View struct {
	Case
	Status wording.Status
	Detail string

	Contact      string // who spoke to us
	Capacity     core.Capacity
	ContactPhone string // masked
	ApplicantID  string // masked, "" when not known
	Account      string // "****6217", "" when not known
	Card         *Card  // another one, proposed, that waits for a second person
	Address      string // 门牌, for the visit
	Story        string
	Papers       []core.Paper   // of the first request; later ones keep theirs
	Signature    core.Signature // of the application; zero when it came by telephone
	CallID       string
	Recording    core.BlobDigest

	Members      []Member
	Facts        Facts // zero Version before the first assessment
	Findings     []Finding
	Claims       []Claim
	Visits       []Visit
	Seconds      []SecondRecord // of visits, that do not count
	Means        []MeansPerson  // whose word is wanted, and what they said
	Notices      []PublicNotice
	Objections   []Objection
	Unfiled      int // opinions that villagers sent and nothing has filed yet; no decision goes before them
	Appeals      []Appeal
	Appraisals   []Appraisal
	Decisions    []Decision
	Changes      []Change
	Reviews      []Review   // periodic re-checks, oldest first
	Unsolved     []Unsolved // what the household says is not solved, with the answers, oldest first
	Deliveries   []Delivery // oldest first, with what was taken back
	Conferences  []Conference
	Deadlines    []Deadline
	Events       []Event
	Tasks        []CallTask
	Applications []Linked
	Doubts       []Doubt
	Beyond       []Beyond // cases of the same person in other townships
	Supplements  []Supplement
	Lacks        []Lack   // what is still wanting of the items on their way
	Asks         []Ask    // the times that the household was asked
	Looks        []Lookup // what we look up ourselves
	History      []Past
	Kin          []Kin
	Rank         int // of the index among the township's open cases, 1 is hardest; 0 unknown
	RankOf       int
	Acts         []Act
}

// Member is one person of the household.
type Member struct {
	Ref    core.MemberRef
	Name   string
	Person core.PersonID
	ID     string // masked
}

// Linked is one application of the case.
type Linked struct {
	Application core.ApplicationID
	Receipt     core.Receipt
	Channel     core.ChannelName
	State       ApplicationState
	At          time.Time
	Story       string // what was said this time
	Recording   core.BlobDigest
	Papers      []core.Paper

	// What stays with the application, masked.
	Applicant, ApplicantID string
	Contact, Phone         string
	Capacity               core.Capacity
	Account                string
	HasLogin               bool   // a citizen's account sent it
	Sender                 string // that account, to find what else it did by; never shown
	Urgent                 bool
	Speaks                 bool // its contact is told of the case
	Facts                  core.Household
}

// Past is an earlier or parallel claim of the same household or applicant, as far
// as the scope reaches.
type Past struct {
	Case    core.CaseID
	Receipt core.Receipt
	Item    string
	State   ClaimState
	HasSum  bool
	Amount  core.Fen
	Period  string
	Sample  bool
	On      core.Date
	Open    bool
}

// open notes that somebody looks at a case, and at what climbed to them of it.
func (s *Store) open(ctx context.Context, tx *pg.Tx, c Case, actor Actor) error {
	if err := s.seen(ctx, tx, c.ID, actor); err != nil {
		return err
	}
	late, err := s.seeClimbs(ctx, tx, c.ID, actor)
	if err == nil && len(late) > 0 {
		err = s.climbSeen(ctx, tx, c, actor, late)
	}
	return err
}

// View reads a whole case for an actor and writes the read into the audit log
// with its purpose: the transaction must be one that can write. Purpose is a
// short sentence such as "受理".
func (s *Store) View(ctx context.Context, tx *pg.Tx, id core.CaseID, actor Actor, purpose string) (View, error) {
	return s.view(ctx, tx, id, actor, purpose, true)
}

// ViewToTake is View for a device that takes a case along: nobody has opened its page, so what
// climbed to them is not seen yet.
func (s *Store) ViewToTake(ctx context.Context, tx *pg.Tx, id core.CaseID, actor Actor) (View, error) {
	return s.view(ctx, tx, id, actor, "带去入户", false)
}

func (s *Store) view(ctx context.Context, tx *pg.Tx, id core.CaseID, actor Actor, purpose string, opened bool) (View, error) {
	v, b, err := s.header(ctx, tx, id)
	if err != nil {
		return View{}, err
	}
	if !actor.Covers(v.Region) {
		return View{}, core.E(core.KindNotFound, "not_found", "没有找到这件事。")
	}
	// Kin may do nothing here, and that begins with looking (F60, security.md P16).
	if err := s.NoConflict(ctx, tx, id, actor.Staff); err != nil {
		return View{}, err
	}
	if opened {
		if err := s.open(ctx, tx, v.Case, actor); err != nil {
			return View{}, err
		}
	}
	if err := s.fill(ctx, tx, &v, b); err != nil {
		return View{}, err
	}
	situation, err := s.Situation(ctx, tx, v.Case)
	if err != nil {
		return View{}, err
	}
	v.Acts, v.Card = Acts(situation, actor), situation.Card
	v.hush(situation, actor)
	err = s.audit.Write(ctx, tx, audit.Entry{Actor: actor.Audit(), Act: "case.read", Case: v.ID, Application: v.Application,
		Region: v.Region, Purpose: purpose, Detail: map[string]any{"facts_version": v.FactsVersion}})
	return v, err
}

// hush leaves what was objected, and by whom, to those who answer it: a neighbour is not named
// to who proposed, nor to everybody who opens the case.
func (v *View) hush(s Situation, a Actor) {
	for i, o := range v.Objections {
		claim := s.Claim(o.Claim)
		if !o.Answered.IsZero() && claim.State == ClaimNoticed {
			claim.State = ClaimObjected // of what was said after the answer, whoever could answer reads it
		}
		if o.By != a.Staff && Check(s, a, ActAnswer, claim) != nil {
			v.Objections[i].Says, v.Objections[i].Namesake = "", false
			for j := range o.Words {
				o.Words[j].Says = ""
			}
		}
	}
}

// seen puts the first look of each person into the timeline; every look is in the
// audit log.
func (s *Store) seen(ctx context.Context, tx *pg.Tx, id core.CaseID, actor Actor) error {
	_, err := tx.Exec(ctx, `insert into case_event (case_id, region, at, kind, actor_kind, actor, staff)
		select f.id, f.region, $2, 'case.seen/' || $3, 'staff', $4, $4 || '打开' from casefile f
		where f.id = $1 and not exists (select 1 from case_event e where e.case_id = f.id and e.kind = 'case.seen/' || $3)`,
		id, tx.Now(), strconv.FormatInt(int64(actor.Staff), 10), actor.Name)
	return pg.Fail(err, "note who looked at a case")
}

// StaffIDs lists everybody of the staff whom the view names by id, for the desk to
// put names to, without repetition.
func (v View) StaffIDs() []core.StaffID {
	ids := []core.StaffID{v.EnteredBy, v.Officer, v.Assistant, v.Facts.By}
	for _, c := range v.Claims {
		ids = append(ids, c.Proposer, c.AgreedBy)
	}
	for _, x := range v.Visits {
		ids = append(ids, x.First, x.Second)
	}
	for _, t := range v.Tasks {
		for _, s := range t.Spoken {
			ids = append(ids, s.By)
		}
	}
	for _, p := range v.Means {
		for _, a := range p.Words {
			ids = append(ids, a.TakenBy, a.WithdrawnBy)
		}
	}
	for _, d := range v.Decisions {
		ids = append(ids, d.Proposer, d.Approver)
	}
	for _, c := range v.Changes {
		ids = append(ids, c.Proposer, c.Approver)
	}
	for _, d := range v.Deliveries {
		ids = append(ids, d.By, d.SecondedBy, d.UndoneBy)
	}
	for _, c := range v.Conferences {
		ids = append(ids, c.StaffIDs()...)
	}
	for _, o := range v.Objections {
		ids = append(ids, o.By, o.TakenBy)
		for _, w := range o.Words {
			ids = append(ids, w.TakenBy)
		}
	}
	for _, p := range v.Appeals {
		ids = append(ids, p.Reviewer, p.Decider, p.TakenBy, p.BackBy, p.Back)
	}
	if v.Card != nil {
		ids = append(ids, v.Card.By)
	}
	for _, x := range v.Appraisals {
		ids = append(ids, x.By)
	}
	for _, t := range v.Tasks {
		ids = append(ids, t.Assistant, t.By)
	}
	for _, d := range v.Doubts {
		ids = append(ids, d.By)
	}
	for _, p := range v.Supplements {
		ids = append(ids, p.LookedBy)
	}
	for _, r := range v.Reviews {
		ids = append(ids, r.By)
	}
	for _, u := range v.Unsolved {
		ids = append(ids, u.Who, u.TakenBy, u.By)
	}
	for _, l := range v.Looks {
		ids = append(ids, l.Staff, l.By)
	}
	for _, a := range v.Asks {
		ids = append(ids, a.By)
	}
	for _, k := range v.Kin {
		ids = append(ids, k.Staff)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	return slices.DeleteFunc(ids, func(id core.StaffID) bool { return id == 0 })
}

const headerOf = `select ` + caseColumns + `, f.contact_name, f.capacity, f.data_key, f.contact_phone,
	f.applicant_id, f.live_detail, f.story, f.account, f.papers, f.signature, f.call_id, f.recording, s.status, s.detail
	from casefile f join case_status s on s.application = ` + spoken + ` where f.id = $1`

// header reads the case's own row with what is sealed in it.
func (s *Store) header(ctx context.Context, tx *pg.Tx, id core.CaseID) (View, box, error) {
	var v View
	var wrapped, phone, number, detail, story, account []byte
	var err error
	v.Case, err = scanCase(tx.QueryRow(ctx, headerOf, id),
		&v.Contact, &v.Capacity, &wrapped, &phone, &number, &detail, &story, &account, &v.Papers, &v.Signature, &v.CallID, &v.Recording,
		&v.Status, &v.Detail)
	if err != nil {
		return v, box{}, pg.Fail(err, "read a case")
	}
	b, err := s.openBox(v.Application, wrapped)
	if err != nil {
		return v, b, fmt.Errorf("open case %d: %w", id, err)
	}
	for _, one := range []struct {
		into   *string
		column string
		sealed []byte
		mask   func(string) string
	}{
		{&v.ContactPhone, "contact_phone", phone, maskPhone},
		{&v.ApplicantID, "applicant_id", number, maskID},
		{&v.Account, "account", account, maskAccount},
		{&v.Address, "live_detail", detail, nil},
		{&v.Story, "story", story, nil},
	} {
		plain, err := b.get("casefile", one.column, one.sealed)
		if err != nil {
			return v, b, fmt.Errorf("open case %d: %w", id, err)
		}
		if *one.into = plain; one.mask != nil {
			*one.into = one.mask(plain)
		}
	}
	return v, b, nil
}

func (s *Store) fill(ctx context.Context, tx *pg.Tx, v *View, b box) (err error) {
	step := func(read func() error) {
		if err == nil {
			err = read()
		}
	}
	step(func() (e error) { v.Members, e = s.members(ctx, tx, v.ID, b); return })
	if v.FactsVersion > 0 {
		step(func() (e error) { v.Facts, e = s.Facts(ctx, tx, v.ID, v.FactsVersion); return })
		step(func() (e error) { v.Findings, e = s.Findings(ctx, tx, v.ID, v.FactsVersion); return })
	}
	step(func() (e error) { v.Claims, e = s.Claims(ctx, tx, v.ID); return })
	step(func() (e error) { v.Visits, e = s.visits(ctx, tx, v.ID, b); return })
	step(func() (e error) { v.Seconds, e = s.seconds(ctx, tx, v.ID, b); return })
	step(func() (e error) { v.Means, e = s.meansPeople(ctx, tx, v.Case, b, true); return })
	step(func() (e error) { v.Notices, e = s.Notices(ctx, tx, v.ID); return })
	step(func() (e error) { v.Objections, e = s.objections(ctx, tx, v.ID, b); return })
	step(func() (e error) { v.Unfiled, e = s.unfiled(ctx, tx, v.ID); return })
	step(func() (e error) { v.Appeals, e = s.appealWords(ctx, tx, v.ID, b); return })
	step(func() (e error) { v.Appraisals, e = s.appraisals(ctx, tx, v.ID, b); return })
	step(func() (e error) { v.Decisions, e = s.Decisions(ctx, tx, v.ID); return })
	step(func() (e error) { v.Changes, e = s.Changes(ctx, tx, v.ID); return })
	step(func() (e error) { v.Deliveries, e = s.deliveries(ctx, tx, v.ID); return })
	step(func() (e error) { v.Conferences, e = s.conferences(ctx, tx, v.ID, b); return })
	step(func() (e error) { v.Deadlines, e = s.Deadlines(ctx, tx, v.ID); return })
	step(func() (e error) { v.Events, e = s.Events(ctx, tx, v.ID); return })
	step(func() (e error) { v.Doubts, e = s.Doubts(ctx, tx, v.ID); return })
	step(func() (e error) { v.Beyond, e = s.beyond(ctx, tx, v.ID); return })
	step(func() (e error) { v.Kin, e = s.Conflicts(ctx, tx, v.ID); return })
	step(func() (e error) { v.Supplements, e = s.supplements(ctx, tx, v.ID, b); return })
	step(func() (e error) { v.Reviews, e = s.reviews(ctx, tx, v.ID, &b); return })
	step(func() (e error) { v.Unsolved, e = s.unsolveds(ctx, tx, v.ID, &b); return })
	step(func() (e error) { v.Asks, e = s.asks(ctx, tx, v.ID, b); return })
	step(func() (e error) { v.Looks, e = s.looks(ctx, tx, v.Case, &b); return })
	step(func() (e error) { v.Lacks, e = s.Lacking(ctx, tx, v.Case); return })
	step(func() error { return s.around(ctx, tx, v, b) })
	return err
}

func maskPhone(s string) string {
	p, err := core.ParsePhone(s)
	if err != nil {
		return ""
	}
	return p.String()
}

// maskID keeps what core.IDNumber shows; the stored number was checked when it
// came in.
func maskID(s string) string {
	if len(s) != 18 {
		return ""
	}
	return s[:4] + "**********" + s[14:]
}

func maskAccount(s string) string {
	if len(s) < 4 {
		return ""
	}
	return "****" + s[len(s)-4:]
}
