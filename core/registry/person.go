package registry

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/seal"
)

// Person is one person as the store knows them. IDNumber and Phone mask
// themselves wherever they are printed; the zero values mean "not known" or
// erased. The bank account is not here: only AccountOf opens it.
type Person struct {
	ID        core.PersonID
	Region    core.RegionCode // township, where the person lives
	Village   core.RegionCode // "" when not known
	Name      string
	Birth     core.Date // zero when not known
	Sex       core.Sex  // "" when not known
	IDNumber  core.IDNumber
	Phone     core.Phone
	Household core.HouseholdID // 0 for none
}

// ErrUnknown says that no such person stands within the caller's scope. It does
// not tell whether one stands outside it.
var ErrUnknown = core.E(core.KindNotFound, "person_unknown", "没有找到这个人,请核对后再查。")

const personColumns = `p.id, p.region, p.village, p.name, p.birth, coalesce(p.sex, ''), p.data_key, p.id_number, p.phone,
	coalesce((select m.household from membership m where m.person = p.id and m.until is null), 0)`

// PersonByID finds the person with an identity number within the scope of tx.
// Errors: ErrUnknown.
func (r *Registry) PersonByID(ctx context.Context, tx *pg.Tx, why Purpose, id core.IDNumber) (Person, error) {
	const sql = `select ` + personColumns + ` from person p where p.id_blind = $1`
	if id.IsZero() {
		return Person{}, ErrUnknown
	}
	return r.one(ctx, tx, why, "id_number", sql, r.words.idBlind(id))
}

// Person reads one person within the scope of tx. Errors: ErrUnknown.
func (r *Registry) Person(ctx context.Context, tx *pg.Tx, why Purpose, id core.PersonID) (Person, error) {
	const sql = `select ` + personColumns + ` from person p where p.id = $1`
	return r.one(ctx, tx, why, "id", sql, int64(id))
}

// one reads a person and leaves the trace: also of a look that found nobody.
func (r *Registry) one(ctx context.Context, tx *pg.Tx, why Purpose, by, sql string, arg any) (Person, error) {
	list, err := r.people(ctx, tx, sql, arg)
	if err != nil {
		return Person{}, err
	}
	if len(list) == 0 {
		if err := r.trace(ctx, tx, why, "person.missed", Person{}, looked{By: by}); err != nil {
			return Person{}, err
		}
		return Person{}, ErrUnknown
	}
	p, err := r.follow(ctx, tx, list[0])
	if err != nil {
		return Person{}, err
	}
	shown := []string{"name", "birth", "sex", "village", "id_number", "phone"}
	return p, r.trace(ctx, tx, why, "person.read", p, looked{By: by, Shown: shown})
}

// people runs one of this package's queries for personColumns.
func (r *Registry) people(ctx context.Context, tx *pg.Tx, sql string, args ...any) ([]Person, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, pg.Fail(err, "read people")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Person, error) { return r.scan(row, tx.Today()) })
	return list, pg.Fail(err, "read people")
}

func (r *Registry) scan(row pgx.CollectableRow, today core.Date) (Person, error) {
	p, err := readPerson(row)
	if err != nil {
		return Person{}, err
	}
	return p.Person, r.open(&p.Person, p.key, p.id, p.phone, today)
}

// A sealedPerson is a person as read, numbers and telephone still sealed.
type sealedPerson struct {
	Person
	key, id, phone []byte
}

// readPerson reads personColumns.
func readPerson(row pgx.CollectableRow) (p sealedPerson, err error) {
	var birth *pgDate
	err = row.Scan(&p.ID, &p.Region, &p.Village, &p.Name, &birth, &p.Sex, &p.key, &p.id, &p.phone, &p.Household)
	if birth != nil {
		p.Birth = core.Date(*birth)
	}
	return p, err
}

// open fills in the sealed fields. A person without a key is erased and stays
// masked for good.
func (r *Registry) open(p *Person, key, id, phone []byte, today core.Date) error {
	if key == nil {
		return nil
	}
	k, err := r.ring.DataKey(key, at("person", int64(p.ID), "data_key"))
	if err != nil {
		return err
	}
	if plain, err := openWith(k, id, int64(p.ID), "id_number"); err != nil {
		return err
	} else if plain != "" {
		if p.IDNumber, err = core.ParseID(plain, today); err != nil {
			return err
		}
	}
	plain, err := openWith(k, phone, int64(p.ID), "phone")
	if err == nil && plain != "" {
		p.Phone, err = core.ParsePhone(plain)
	}
	return err
}

// openWith opens one column sealed under a person's key; nil gives "".
func openWith(k *seal.DataKey, sealed []byte, id int64, column string) (string, error) {
	if sealed == nil {
		return "", nil
	}
	plain, err := k.Open(sealed, at("person", id, column))
	return string(plain), err
}

// Flagged reports whether somebody in the whole city already has this number. It
// says no more, so that one township does not learn whom another knows
// (security.md P21).
func (r *Registry) Flagged(ctx context.Context, tx *pg.Tx, id core.IDNumber) (bool, error) {
	var known bool
	err := tx.QueryRow(ctx, `select registry_flagged($1)`, r.words.idBlind(id)).Scan(&known)
	return known, pg.Fail(err, "look for a number in the city")
}

// Vouched is what the city's own register says to a number and a name together.
type Vouched string

// The answers of Vouch.
const (
	VouchMatch    Vouched = "match"     // number and name belong together
	VouchMismatch Vouched = "mismatch"  // the number is somebody else's
	VouchNotFound Vouched = "not_found" // the number is not in the register
)

// Vouch asks the register of the whole city whether a number and a name belong
// together. The look is traced; neither place nor person is given away.
func (r *Registry) Vouch(ctx context.Context, tx *pg.Tx, why Purpose, id core.IDNumber, name string) (Vouched, error) {
	var answer Vouched
	err := tx.QueryRow(ctx, `select registry_vouch($1, $2)`, r.words.idBlind(id), name).Scan(&answer)
	if err != nil {
		return "", pg.Fail(err, "compare a number with a name")
	}
	return answer, r.trace(ctx, tx, why, "person.vouched", Person{}, looked{By: "id_number", Shown: []string{string(answer)}})
}

// NumberBlind is the keyed hash under which a number is found, for guards of other
// packages that must know two mentions of one person without keeping the number;
// nil for no number.
func (r *Registry) NumberBlind(id core.IDNumber) []byte {
	if id.IsZero() {
		return nil
	}
	return r.words.idBlind(id)
}

// BlindOf is NumberBlind of a person of this scope, or of the row that stands for
// them, so that what is given once is given once; nil when they have no number or
// stand outside. Nothing of the person is opened.
func (r *Registry) BlindOf(ctx context.Context, tx *pg.Tx, id core.PersonID) ([]byte, error) {
	rows, err := tx.Query(ctx, `select coalesce(p.id_blind, k.id_blind) from person p
		left join person_alias a on a.gone = p.id and a.ended is null left join person k on k.id = a.kept
		where p.id = $1 and coalesce(p.id_blind, k.id_blind) is not null`, int64(id))
	if err != nil {
		return nil, pg.Fail(err, "read a keyed hash")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil || len(list) == 0 {
		return nil, pg.Fail(err, "read a keyed hash")
	}
	return list[0], nil
}
