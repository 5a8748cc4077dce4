package casefile

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/wording"
)

// NewCase is what workflow knows when it opens a case.
type NewCase struct {
	Application core.Application
	Region      core.RegionCode // township of the case, nine digits
	Village     core.RegionCode
	Town        string
	VillageName string
	Household   core.HouseholdID                 // 0 when the registry has none
	Person      core.PersonID                    // the applicant
	Persons     map[core.MemberRef]core.PersonID // the members the registry knows
	Extra       []core.NamedMember               // in the registry's household, not named in the application
	Named       core.HouseholdID                 // of the person whose number was given under another name; matches nobody
	Twin        bool                             // the same form came with another content
	Relative    bool                             // somebody named is registered in a household that the applicant is not of

	Guardian bool // it is for a minor, and no guardian spoke: a person asks for their word
	Stale    bool // the sender's right to act for this person is over

	apart bool // beside an open case of the same people: its number holds no place
}

// Opened says what Open did.
type Opened struct {
	Case   core.CaseID
	Fresh  bool // this call made the row; false on every repetition
	Linked bool // the household had an open case: the application joined it

	Contested bool // linked, and nothing of the case is shared until a person looked
}

// Open makes the case of an application once, however often it is called. When
// the household, or the number, already has an open case in this scope, the
// application joins it and its receipt leads there (F32): by itself when the same
// account and telephone speak again, and contested, for a person to look at,
// otherwise. One whom the register vouches for is not put under one whom it does
// not: both get a case, and each page says so. When the household's case stands
// outside the scope, a case without a registry household is opened and a person is
// asked to look: linking over township borders is nobody's automatic act.
func (s *Store) Open(ctx context.Context, tx *pg.Tx, n NewCase) (Opened, error) {
	if done, err := s.opened(ctx, tx, n.Application.ID); err != nil || done.Case != 0 {
		return done, err
	}
	other, err := s.standing(ctx, tx, n)
	if err != nil {
		return Opened{}, err
	}
	if other.ID != 0 && (n.Household == 0 || other.Household == n.Household) {
		return s.join(ctx, tx, other, n)
	}
	id, err := s.insertCase(ctx, tx, n)
	if err != nil {
		return Opened{}, err
	}
	if id == 0 {
		return s.openApart(ctx, tx, n)
	}
	if err := s.insertPeople(ctx, tx, id, n); err != nil {
		return Opened{}, err
	}
	return Opened{Case: id, Fresh: true}, s.doubtNew(ctx, tx, id, other, n)
}

// doubtNew writes what a person has to know of a new case: another open case names
// the same number, or one form came twice.
func (s *Store) doubtNew(ctx context.Context, tx *pg.Tx, id core.CaseID, other Case, n NewCase) error {
	if n.Twin {
		return s.AddDoubt(ctx, tx, Doubt{Case: id, Application: n.Application.ID, Kind: DoubtTwin})
	}
	if n.Guardian {
		if err := s.AddDoubt(ctx, tx, Doubt{Case: id, Application: n.Application.ID, Kind: DoubtGuardian}); err != nil {
			return err
		}
	}
	if n.Relative {
		if err := s.AddDoubt(ctx, tx, Doubt{Case: id, Application: n.Application.ID, Kind: DoubtRelative}); err != nil {
			return err
		}
	}
	if other.ID == 0 {
		return nil
	}
	err := s.AddDoubt(ctx, tx, Doubt{Case: id, Application: n.Application.ID, Kind: DoubtNumber, Other: other.ID})
	if err != nil {
		return err
	}
	return s.AddDoubt(ctx, tx, Doubt{Case: other.ID, Application: other.Application, Kind: DoubtNumber, Other: id})
}

func (s *Store) opened(ctx context.Context, tx *pg.Tx, id core.ApplicationID) (Opened, error) {
	var o Opened
	err := tx.QueryRow(ctx, `select case_id, state = 'linked' from case_application where application = $1`, id).Scan(&o.Case, &o.Linked)
	if errors.Is(err, pgx.ErrNoRows) {
		return Opened{}, nil
	}
	return o, pg.Fail(err, "look for the case of an application")
}

// applicantKey is the number's hash where it holds the place of the one open case
// that an applicant without a household has; "" for a case that stands apart.
func (s *Store) applicantKey(n NewCase) string {
	if n.apart {
		return ""
	}
	return hex.EncodeToString(s.numberKey(n.Application.Applicant.ID))
}

// people is how many belong to the household until facts say it: those the application
// told of, and those whom only the register counts there.
func (n NewCase) people() int {
	told := n.Application.Household.Members
	count := len(told)
	for _, p := range n.Extra {
		if !slices.ContainsFunc(told, func(m core.Member) bool { return m.Ref == p.Ref }) {
			count++
		}
	}
	return max(1, count)
}

// insertCase answers 0 when another case stands in the way.
func (s *Store) insertCase(ctx context.Context, tx *pg.Tx, n NewCase) (core.CaseID, error) {
	a := &n.Application
	b, wrapped, err := s.newBox(a.ID)
	if err != nil {
		return 0, fmt.Errorf("make the key of a case: %w", err)
	}
	sealed, err := b.application(a)
	if err != nil {
		return 0, fmt.Errorf("seal a case: %w", err)
	}
	call, recording := heard(a)
	var id core.CaseID
	err = tx.QueryRow(ctx, `insert into casefile (region, village, town, village_name, application, receipt, channel, urgent,
			household, person, applicant, people, entered_by, contact_name, capacity, data_key, contact_phone, applicant_id,
			live_detail, story, account, papers, signature, call_id, recording, asked, first_contact, opened, updated, number_key, applicant_key)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
			$19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $28, $29, $30)
		on conflict do nothing returning id`,
		n.Region, n.Village, n.Town, n.VillageName, a.ID, a.Receipt, a.Channel, a.Urgent,
		number(n.Household), number(n.Person), a.Applicant.Name, n.people(), number(a.Contact.Staff),
		a.Contact.Name, a.Contact.Capacity, wrapped, sealed.phone, sealed.id,
		sealed.detail, sealed.story, sealed.account, encode(a.Papers), encode(signed(a)), call, recording, texts(a.Items), a.At, tx.Now(),
		s.numberKey(a.Applicant.ID), s.applicantKey(n)).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return id, pg.Fail(err, "open a case")
}

// heard is the call a request was made in, and its recording as far as it is here.
func heard(a *core.Application) (call string, recording core.BlobDigest) {
	if a.Call == nil {
		return "", ""
	}
	return a.Call.ID, a.Call.Recording
}

func signed(a *core.Application) core.Signature {
	if a.Signature == nil {
		return core.Signature{}
	}
	return *a.Signature
}

type sealedFields struct{ phone, id, detail, story, account []byte }

// own seals what stays with one application, whatever case it belongs to.
func (b box) own(a *core.Application) (f sealedFields, err error) {
	account := ""
	if a.Account != nil {
		account = a.Account.Reveal()
	}
	for _, one := range []struct {
		into          *[]byte
		column, plain string
	}{
		{&f.phone, "contact_phone", a.Contact.Phone.Reveal()},
		{&f.id, "applicant_id", a.Applicant.ID.Reveal()},
		{&f.story, "story", a.Story},
		{&f.account, "account", account},
	} {
		if *one.into, err = b.put("case_application", one.column+"/"+string(a.ID), one.plain); err != nil {
			return f, err
		}
	}
	return f, nil
}

func (b box) application(a *core.Application) (f sealedFields, err error) {
	account := ""
	if a.Account != nil {
		account = a.Account.Reveal()
	}
	for _, one := range []struct {
		into          *[]byte
		column, plain string
	}{
		{&f.phone, "contact_phone", a.Contact.Phone.Reveal()},
		{&f.id, "applicant_id", a.Applicant.ID.Reveal()},
		{&f.detail, "live_detail", a.Live.Detail},
		{&f.story, "story", a.Story},
		{&f.account, "account", account},
	} {
		if *one.into, err = b.put("casefile", one.column, one.plain); err != nil {
			return f, err
		}
	}
	return f, nil
}

func (s *Store) insertPeople(ctx context.Context, tx *pg.Tx, id core.CaseID, n NewCase) error {
	if err := s.putMembers(ctx, tx, id, n); err != nil {
		return err
	}
	return s.insertApplication(ctx, tx, id, n.Region, &n.Application)
}

// putMembers writes who belongs to the household. A ref that stands already is
// written over: another application of the same household took its place.
func (s *Store) putMembers(ctx context.Context, tx *pg.Tx, id core.CaseID, n NewCase) error {
	var wrapped []byte
	var first core.ApplicationID
	if err := tx.QueryRow(ctx, `select application::text, data_key from casefile where id = $1`, id).Scan(&first, &wrapped); err != nil {
		return pg.Fail(err, "read the key of a case")
	}
	b, err := s.openBox(first, wrapped)
	if err != nil {
		return err
	}
	names := make(map[core.MemberRef]core.NamedMember, len(n.Application.People))
	for _, p := range n.Application.People {
		names[p.Ref] = p
	}
	refs := make([]core.MemberRef, 0, len(n.Application.Household.Members)+len(n.Extra))
	for _, m := range n.Application.Household.Members {
		refs = append(refs, m.Ref)
	}
	for _, p := range n.Extra {
		if names[p.Ref] = p; !slices.Contains(refs, p.Ref) { // else told of without a name
			refs = append(refs, p.Ref)
		}
	}
	for _, ref := range refs {
		p := names[ref]
		if ref == n.Application.Applicant.Ref && p.ID.IsZero() {
			p.ID = n.Application.Applicant.ID // given once, as the applicant's
		}
		sealed, err := b.put("case_member", "id_number/"+string(ref), p.ID.Reveal())
		if err != nil {
			return fmt.Errorf("seal a member: %w", err)
		}
		_, err = tx.Exec(ctx, `insert into case_member (case_id, region, ref, name, person, id_number) values ($1, $2, $3, $4, $5, $6)
			on conflict (case_id, ref) do update set name = excluded.name, person = excluded.person, id_number = excluded.id_number, ended = null`,
			id, n.Region, ref, p.Name, number(n.Persons[ref]), sealed)
		if err != nil {
			return pg.Fail(err, "write a member")
		}
	}
	return nil
}

func (s *Store) insertApplication(ctx context.Context, tx *pg.Tx, id core.CaseID, region core.RegionCode, a *core.Application) error {
	c, err := s.Get(ctx, tx, id)
	if err != nil {
		return err
	}
	b, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return err
	}
	own, err := b.own(a)
	if err != nil {
		return fmt.Errorf("seal an application: %w", err)
	}
	call, recording := heard(a)
	_, err = tx.Exec(ctx, `insert into case_application (application, case_id, region, receipt, channel, citizen, story, at, call_id, recording, papers,
			applicant, applicant_id, contact_name, capacity, contact_phone, account, urgent, facts, told)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`, a.ID, id, region, a.Receipt, a.Channel,
		a.Contact.CitizenID, own.story, a.At, call, recording, encode(orEmpty(a.Papers)), a.Applicant.Name, own.id, a.Contact.Name,
		a.Contact.Capacity, own.phone, own.account, a.Urgent, encode(a.Household), wording.WhoIsTold(a.Contact.Capacity, a.Contact.Name, a.Contact.Phone))
	if err != nil {
		return pg.Fail(err, "write an application of a case")
	}
	return s.insertStatus(ctx, tx, id, region, a)
}

// join puts the application with the open case: as one of its own when the same
// account speaks again, beside it otherwise.
func (s *Store) join(ctx context.Context, tx *pg.Tx, c Case, n NewCase) (Opened, error) {
	why, err := s.doubtOf(ctx, tx, c, n)
	if err != nil {
		return Opened{}, err
	}
	if err := s.insertApplication(ctx, tx, c.ID, c.Region, &n.Application); err != nil {
		return Opened{}, err
	}
	if why != "" {
		return s.contest(ctx, tx, c, n, why)
	}
	if err := s.MoveApplication(ctx, tx, n.Application.ID, ApplicationLinked); err != nil {
		return Opened{}, err
	}
	err = s.AddEvent(ctx, tx, Event{Case: c.ID, Kind: "application.linked", Actor: JobActor(),
		Citizen: "您家已经有一件在办,这次说的并到一起办。两个回执号都能查。",
		Staff:   "又报了一次,回执 " + string(n.Application.Receipt) + ",并入本案"})
	return Opened{Case: c.ID, Fresh: true, Linked: true}, err
}

// Ask notes what a household asks for beyond its first request: items it names, and
// that it is urgent now. Nothing that was asked before is forgotten.
func (s *Store) Ask(ctx context.Context, tx *pg.Tx, id core.CaseID, urgent bool, items ...core.ItemCode) error {
	_, err := tx.Exec(ctx, `update casefile set urgent = urgent or $2, updated = $4,
		asked = asked || array(select i from unnest($3::text[]) with ordinality u(i, n) where i <> all (asked) order by n)
		where id = $1`, id, urgent, texts(items), tx.Now())
	return pg.Fail(err, "note what a household asks for")
}

// Joined lists the requests that joined a case, oldest first.
func (s *Store) Joined(ctx context.Context, tx *pg.Tx, id core.CaseID) ([]core.ApplicationID, error) {
	rows, err := tx.Query(ctx, `select application::text from case_application where case_id = $1 and state = 'linked' order by at, application`, id)
	if err != nil {
		return nil, pg.Fail(err, "read the requests of a case")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[core.ApplicationID])
	return list, pg.Fail(err, "read the requests of a case")
}

func (s *Store) openApart(ctx context.Context, tx *pg.Tx, n NewCase) (Opened, error) {
	n.Household = 0
	id, err := s.insertCase(ctx, tx, n)
	if err == nil && id == 0 { // the other case is this applicant's own, elsewhere
		n.apart = true
		id, err = s.insertCase(ctx, tx, n)
	}
	if err != nil {
		return Opened{}, err
	}
	if id == 0 { // two workers at once: the other one wrote it, and its repetition will be found
		return Opened{}, core.E(core.KindUnavailable, "case_opening", "")
	}
	if err := s.insertPeople(ctx, tx, id, n); err != nil {
		return Opened{}, err
	}
	if err := s.AddDoubt(ctx, tx, Doubt{Case: id, Application: n.Application.ID, Kind: DoubtElsewhere}); err != nil {
		return Opened{}, err
	}
	err = s.AddEvent(ctx, tx, Event{Case: id, Kind: "case.elsewhere", Actor: JobActor(),
		Staff: "这户在别处还有一件没办完,请先和那边核对,不要重复发"})
	return Opened{Case: id, Fresh: true}, err
}

// MoveApplication moves one application along its graph.
func (s *Store) MoveApplication(ctx context.Context, tx *pg.Tx, id core.ApplicationID, to ApplicationState) error {
	var was string
	if err := tx.QueryRow(ctx, `select state from case_application where application = $1 for update`, id).Scan(&was); err != nil {
		return pg.Fail(err, "lock an application")
	}
	if was == string(to) {
		return nil
	}
	if !applicationEdges().allows(was, string(to)) {
		return ErrMovedOn
	}
	_, err := tx.Exec(ctx, `update case_application set state = $2 where application = $1`, id, to)
	return pg.Fail(err, "move an application")
}

// ApplicationState reads where an application stands.
func (s *Store) ApplicationState(ctx context.Context, tx *pg.Tx, id core.ApplicationID) (ApplicationState, error) {
	var state ApplicationState
	err := tx.QueryRow(ctx, `select state from case_application where application = $1`, id).Scan(&state)
	return state, pg.Fail(err, "read an application of a case")
}

// phoneKey is the hash under which a caller finds the status: receipt and last
// four of the applicant's ID number.
func phoneKey(blind func(field, value string) []byte, receipt core.Receipt, last4 string) string {
	if last4 == "" {
		return ""
	}
	return hex.EncodeToString(blind("case.status", string(receipt)+":"+last4))
}
