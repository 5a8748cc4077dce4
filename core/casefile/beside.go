package casefile

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/wording"
)

// numberKey is the hash under which two cases of one identity number are seen to
// be of one, whether the register knows the person or not; nil without a number.
func (s *Store) numberKey(id core.IDNumber) []byte {
	if id.IsZero() {
		return nil
	}
	return s.ring.Blind("case.applicant", id.Reveal())
}

// standing finds and holds the open case of the same household or number, as far
// as the scope reaches; 0 for none. Two applications of one number wait for each
// other here, or both would find nothing.
func (s *Store) standing(ctx context.Context, tx *pg.Tx, n NewCase) (Case, error) {
	key := s.numberKey(n.Application.Applicant.ID)
	if key != nil {
		_, err := tx.Exec(ctx, `select pg_advisory_xact_lock(('x' || encode(substr($1::bytea, 1, 8), 'hex'))::bit(64)::bigint)`, key)
		if err != nil {
			return Case{}, pg.Fail(err, "wait for the same number")
		}
	}
	c, err := scanCase(tx.QueryRow(ctx, `select `+caseColumns+` from casefile f where not f.beside and f.state not in ('settled', 'withdrawn')
		and (f.household in ($1, $2) or f.number_key = $3)
		order by (f.household is not distinct from $1::bigint) desc, f.id limit 1 for update`,
		number(n.Household), number(n.Named), key))
	if errors.Is(err, pgx.ErrNoRows) {
		return Case{}, nil
	}
	return c, pg.Fail(err, "look for the household's open case")
}

// doubtOf says whether an application may join a case without a person looking,
// and if not, why. Only the account and telephone that opened the case, speaking
// for the same person, may: an identity number is known to whoever bought a list.
func (s *Store) doubtOf(ctx context.Context, tx *pg.Tx, c Case, n NewCase) (DoubtKind, error) {
	opener, err := s.OpenPerson(ctx, tx, c)
	if err != nil {
		return "", err
	}
	a := &n.Application
	named := n.Named == 0 && opener.Name == a.Applicant.Name
	switch {
	case n.Twin:
		return DoubtTwin, nil
	case named && !n.Stale && opener.Citizen != "" && opener.Citizen == a.Contact.CitizenID && opener.Phone == a.Contact.Phone:
		return "", nil
	case n.Named != 0, !named && opener.ID == a.Applicant.ID:
		return DoubtName, nil
	}
	return DoubtAccount, nil
}

// contest lays an application beside a case for a person to look at. It shares
// nothing with the case: not its status, not its contact, not its card.
func (s *Store) contest(ctx context.Context, tx *pg.Tx, c Case, n NewCase, why DoubtKind) (Opened, error) {
	id := n.Application.ID
	if err := s.MoveApplication(ctx, tx, id, ApplicationContested); err != nil {
		return Opened{}, err
	}
	if err := s.AddDoubt(ctx, tx, Doubt{Case: c.ID, Application: id, Kind: why}); err != nil {
		return Opened{}, err
	}
	if err := s.StatusAlone(ctx, tx, id, wording.StatusReceived, wording.SomebodyCalls); err != nil {
		return Opened{}, err
	}
	err := s.AddEvent(ctx, tx, Event{Case: c.ID, Kind: "application.contested", Actor: JobActor(),
		Staff: "又来一份,回执 " + string(n.Application.Receipt) + ",账号、电话或姓名和原来的不同,等人核对"})
	return Opened{Case: c.ID, Fresh: true, Linked: true, Contested: true}, err
}

// StatusAlone writes what the sender of an application sees while it is not known
// to be the household's: nothing of the case.
func (s *Store) StatusAlone(ctx context.Context, tx *pg.Tx, id core.ApplicationID, status wording.Status, next string) error {
	_, err := tx.Exec(ctx, `update case_status set status = $2, detail = '', next = $3, items = '[]', timeline = '[]', missing = null, updated = $4
		where application = $1`, id, status, next, tx.Now())
	return pg.Fail(err, "write the status of an application alone")
}

// Speaker opens the contact of one application, for a notice about that one.
func (s *Store) Speaker(ctx context.Context, tx *pg.Tx, c Case, id core.ApplicationID) (Sealed, error) {
	var out Sealed
	var phone, account, number []byte
	err := tx.QueryRow(ctx, `select applicant, contact_name, citizen, contact_phone, account, applicant_id from case_application
		where application = $1 and case_id = $2`, id, c.ID).Scan(&out.Name, &out.Contact, &out.Citizen, &phone, &account, &number)
	if err != nil {
		return out, pg.Fail(err, "read the contact of an application")
	}
	b, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return out, err
	}
	var plain [3]string
	for i, one := range []struct {
		column string
		sealed []byte
	}{{"contact_phone", phone}, {"account", account}, {"applicant_id", number}} {
		if plain[i], err = b.get("case_application", one.column+"/"+string(id), one.sealed); err != nil {
			return out, err
		}
	}
	out.Phone, _ = core.ParsePhone(plain[0]) // as in OpenPerson
	out.Account, _ = core.ParseBankAccount(plain[1])
	out.ID, _ = core.ParseID(plain[2], tx.Today())
	return out, nil
}

// Speak makes the contact of an application the one that is told of the case.
func (s *Store) Speak(ctx context.Context, tx *pg.Tx, c Case, id core.ApplicationID) error {
	who, err := s.Speaker(ctx, tx, c, id)
	if err != nil {
		return err
	}
	b, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return err
	}
	phone, err := b.put("casefile", string(FieldPhone), who.Phone.Reveal())
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update casefile f set speaks = $2, contact_phone = $3, contact_name = a.contact_name, capacity = a.capacity, updated = $4
		from case_application a where a.application = $2 and f.id = $1`, c.ID, id, phone, tx.Now())
	return pg.Fail(err, "change who speaks for a case")
}

// Replace puts what a later application says and asks for, with its signature and
// papers, in the place of what the first one said: an officer found that the first
// was not the household's own. Nobody belongs to the household any more whom only the
// first one named.
func (s *Store) Replace(ctx context.Context, tx *pg.Tx, c Case, n NewCase) error {
	b, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return err
	}
	a := &n.Application
	sealed, err := b.application(a)
	if err != nil {
		return err
	}
	call, recording := heard(a)
	_, err = tx.Exec(ctx, `update casefile set applicant = $2, applicant_id = $3, number_key = $4, contact_name = $5, capacity = $6, contact_phone = $7,
		live_detail = $8, story = $9, account = null, account_holder = '', speaks = $10, person = $11, household = coalesce(household, $12), identity = 'pending', updated = $13,
		asked = $14, urgent = $15, signature = $16, papers = $17, call_id = $18, recording = $19, people = $20,
		applicant_key = case applicant_key when '' then '' else coalesce(encode($4, 'hex'), '') end where id = $1`,
		c.ID, a.Applicant.Name, sealed.id, s.numberKey(a.Applicant.ID), a.Contact.Name, a.Contact.Capacity, sealed.phone,
		sealed.detail, sealed.story, a.ID, number(n.Person), number(n.Household), tx.Now(),
		texts(a.Items), a.Urgent, encode(signed(a)), encode(a.Papers), call, recording, max(1, len(a.Household.Members)))
	if err != nil {
		return pg.Fail(err, "replace an application")
	}
	if _, err := tx.Exec(ctx, `update case_member set ended = $2 where case_id = $1 and ended is null`, c.ID, tx.Now()); err != nil {
		return pg.Fail(err, "end the members that a false application named")
	}
	n.Region = c.Region
	return s.putMembers(ctx, tx, c.ID, n)
}

// Split gives an application that lay beside a case a case of its own, without a
// household of the register: an officer found that it is another matter.
func (s *Store) Split(ctx context.Context, tx *pg.Tx, n NewCase) (core.CaseID, error) {
	n.Household, n.Person, n.Persons, n.Extra, n.apart = 0, 0, nil, nil, true
	id, err := s.insertCase(ctx, tx, n)
	if err != nil {
		return 0, err
	}
	if id == 0 {
		return 0, ErrMovedOn
	}
	if err := s.putMembers(ctx, tx, id, n); err != nil {
		return 0, err
	}
	c, err := s.Get(ctx, tx, id)
	if err != nil {
		return 0, err
	}
	b, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return 0, err
	}
	own, err := b.own(&n.Application)
	if err != nil {
		return 0, err
	}
	a := n.Application.ID
	if err := s.MoveApplication(ctx, tx, a, ApplicationReceived); err != nil {
		return 0, err
	}
	if err := s.carrySupplements(ctx, tx, a, c, b); err != nil {
		return 0, err
	}
	batch := &pgx.Batch{}
	batch.Queue(`update case_application set case_id = $2, story = $3, applicant_id = $4, contact_phone = $5, account = $6 where application = $1`,
		a, id, own.story, own.id, own.phone, own.account)
	batch.Queue(`update case_status set case_id = $2 where application = $1`, a, id)
	return id, pg.Fail(tx.SendBatch(ctx, batch).Close(), "give an application its own case")
}

// First is the application that was the household's first word: what happens to its
// card is said to that one's contact, whoever speaks for the case now.
func (s *Store) First(ctx context.Context, tx *pg.Tx, c Case) (id core.ApplicationID, err error) {
	err = tx.QueryRow(ctx, `select application::text from case_application where case_id = $1 and state not in ('contested', 'set_aside')
		order by (application = $2) desc, at, application limit 1`, c.ID, c.Application).Scan(&id)
	return id, pg.Fail(err, "read who spoke first for a case")
}

// SameSender lists the other applications of a case that came from the account of
// this one; none for one that came without an account.
func (s *Store) SameSender(ctx context.Context, tx *pg.Tx, c Case, id core.ApplicationID) ([]core.ApplicationID, error) {
	rows, err := tx.Query(ctx, `select o.application::text from case_application a join case_application o using (case_id, citizen)
		where a.application = $2 and a.case_id = $1 and a.citizen <> '' and o.application <> a.application and o.state in ('routed', 'linked')
		order by o.at, o.application`, c.ID, id)
	if err != nil {
		return nil, pg.Fail(err, "read what else a sender sent")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[core.ApplicationID])
	return list, pg.Fail(err, "read what else a sender sent")
}

// Speaking is the application whose contact is told of a case.
func (s *Store) Speaking(ctx context.Context, tx *pg.Tx, c Case) (id core.ApplicationID, err error) {
	err = tx.QueryRow(ctx, `select coalesce(speaks, application)::text from casefile where id = $1`, c.ID).Scan(&id)
	return id, pg.Fail(err, "read who speaks for a case")
}
