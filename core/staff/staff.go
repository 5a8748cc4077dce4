package staff

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/seal"
)

// Config is what New needs.
type Config struct {
	// DB is a pool of lianou_platform. Required.
	DB *pg.DB

	// Log receives log-ins, refusals and changes of accounts. Required.
	Log *audit.Log

	// Expand turns city, county and township codes into townships: Expand of
	// registry.Regions. Required.
	Expand func(codes ...core.RegionCode) []core.RegionCode

	// Ring seals the names and numbers of declared kin, and hashes the numbers as the
	// register does. Defaults to nil: kin are neither declared by number nor listed then.
	Ring *seal.Ring

	// Demand asks everybody for a second factor; who has enrolled one always needs it. It needs Ring.
	// Defaults to false: those alone who have one.
	Demand bool

	// Now is the machine's time, by which one-time codes go. Defaults to time.Now.
	Now func() time.Time

	// Mending admits a real database with active demonstration accounts, for the tool
	// that closes them. Defaults to false, which refuses it.
	Mending bool

	// Light hashes passwords in a hundredth of the effort, for worlds of tests; only a
	// database that was made for show admits it. Defaults to false.
	Light bool
}

// Staff reads and writes accounts and checks log-ins. It is safe for concurrent
// use.
type Staff struct {
	db     *pg.DB
	log    *audit.Log
	expand func(codes ...core.RegionCode) []core.RegionCode
	ring   *seal.Ring
	demand bool
	now    func() time.Time
	hasher *hasher
}

// ErrDemoAccounts says that accounts with the password everybody knows stand in a
// database that was not made for show; the program must not start.
var ErrDemoAccounts = core.E(core.KindForbidden, "demo_accounts", "")

// New makes a ready Staff. It refuses a real database that has an active account
// with the demonstration's password: ErrDemoAccounts, and to hash lightly in one: ErrNotDemo.
func New(ctx context.Context, cfg Config) (*Staff, error) {
	if cfg.DB == nil || cfg.Log == nil || cfg.Expand == nil {
		return nil, core.E(core.KindInternal, "staff_config", "").Wrap(errors.New("staff.Config needs DB, Log and Expand"))
	}
	if cfg.Demand && cfg.Ring == nil {
		return nil, core.E(core.KindInternal, "staff_config", "").Wrap(errors.New("staff.Config needs Ring where a second factor is demanded"))
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	effort := standard
	if cfg.Light {
		effort = light
	}
	h, err := newHasher(effort)
	if err != nil {
		return nil, err
	}
	s := &Staff{db: cfg.DB, log: cfg.Log, expand: cfg.Expand, ring: cfg.Ring, demand: cfg.Demand, now: cfg.Now, hasher: h}
	clock, err := cfg.DB.ReadClock(ctx)
	switch {
	case err != nil:
		return nil, err
	case clock.Demo:
		return s, nil
	case cfg.Light:
		return nil, ErrNotDemo.Wrap(errors.New("passwords are hashed lightly in databases for show alone"))
	case cfg.Mending:
		return s, nil
	}
	return s, s.refuseDefaults(ctx)
}

func (s *Staff) refuseDefaults(ctx context.Context) error {
	var some bool
	err := s.db.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		err := tx.QueryRow(ctx, `select exists (select 1 from staff_account where demo and active)`).Scan(&some)
		return pg.Fail(err, "look for demonstration accounts")
	})
	if err == nil && some {
		return ErrDemoAccounts.Wrap(errors.New("accounts made for show are active in a database that is not; close them first: lianou staff disable --demo"))
	}
	return err
}

const personColumns = `id, login, name, roles, regions, village`

// ErrUnknown says that there is no such active account.
var ErrUnknown = core.E(core.KindNotFound, "staff_unknown", "没有这位工作人员。")

// Person reads an active account. Errors: ErrUnknown.
func (s *Staff) Person(ctx context.Context, tx *pg.Tx, id core.StaffID) (Person, error) {
	const sql = `select ` + personColumns + ` from staff_account where id = $1 and active`
	list, err := s.people(ctx, tx, sql, int64(id))
	if err == nil && len(list) == 0 {
		err = ErrUnknown
	}
	if err != nil {
		return Person{}, err
	}
	return list[0], nil
}

// ByLogin reads an active account by its log-in name. Errors: ErrUnknown.
func (s *Staff) ByLogin(ctx context.Context, tx *pg.Tx, login string) (Person, error) {
	const sql = `select ` + personColumns + ` from staff_account where login = $1 and active`
	list, err := s.people(ctx, tx, sql, login)
	if err == nil && len(list) == 0 {
		err = ErrUnknown
	}
	if err != nil {
		return Person{}, err
	}
	return list[0], nil
}

// people runs one of this package's queries for personColumns.
func (s *Staff) people(ctx context.Context, tx *pg.Tx, sql string, args ...any) ([]Person, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, pg.Fail(err, "read staff")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Person, error) {
		var p Person
		var regions []core.RegionCode
		err := row.Scan(&p.ID, &p.Login, &p.Name, &p.Roles, &regions, &p.Village)
		p.Regions = s.expand(regions...)
		return p, err
	})
	return list, pg.Fail(err, "read staff")
}

// Holding lists who holds a role for a township and is not absent today, the
// nearest first: whoever has that very township, then county, then city. Within
// the same distance the order is by id.
func (s *Staff) Holding(ctx context.Context, tx *pg.Tx, role Role, region core.RegionCode) ([]Person, error) {
	const sql = `select ` + personColumns + ` from staff_account a
		where active and $1 = any (roles) and regions && array[$2, $3, '371400']
		and not exists (select 1 from staff_absence b where b.staff = a.id and b.undone is null and $4 between b.from_day and b.to_day)
		order by case when $2 = any (regions) then 0 when $3 = any (regions) then 1 else 2 end, id`
	return s.people(ctx, tx, sql, string(role), string(region.Township()), string(region.County()), tx.Today().Time())
}

// Officers lists the officers of a township who are there today.
func (s *Staff) Officers(ctx context.Context, tx *pg.Tx, township core.RegionCode) ([]Person, error) {
	return s.Holding(ctx, tx, Officer, township)
}

// Approvers lists the approvers of a township who are there today.
func (s *Staff) Approvers(ctx context.Context, tx *pg.Tx, township core.RegionCode) ([]Person, error) {
	return s.Holding(ctx, tx, Approver, township)
}

// Assistants lists the assistants of a village or township who are there today:
// for a village those of that village first, then those of the township who serve
// no particular village; for a township all of it.
func (s *Staff) Assistants(ctx context.Context, tx *pg.Tx, region core.RegionCode) ([]Person, error) {
	const sql = `select ` + personColumns + ` from staff_account a
		where active and 'assistant' = any (roles) and $1 = any (regions) and ($2 = '' or village in ('', $2))
		and not exists (select 1 from staff_absence b where b.staff = a.id and b.undone is null and $3 between b.from_day and b.to_day)
		order by village = '', id`
	village := ""
	if len(region) == 12 {
		village = string(region)
	}
	return s.people(ctx, tx, sql, string(region.Township()), village, tx.Today().Time())
}
