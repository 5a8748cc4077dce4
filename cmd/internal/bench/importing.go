package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/pg/local"
	"lianou/core/registry"
	"lianou/core/registry/bulk"
	"lianou/core/registry/seed"
	"lianou/core/seal"
	"lianou/core/tables"
)

// B9: an import of people and households, from the bytes of the file to the last
// refused row, against COPY of the rows it made into tables with the same indexes. The
// city is as large as one file before the first round; of a file's rows one in twenty
// is somebody known and one in a hundred is refused.
const (
	barImport   = 2.5 // times the yardstick's time
	knownEach   = 20
	refusedEach = 100
	importRole  = "lianou_import"
)

// depot is a database to import into, and the yardstick's tables beside its own.
type depot struct {
	dir    string
	server *local.Server
	db     *pg.DB
	admin  *pgx.Conn
	reg    *registry.Registry
	imp    *bulk.Importer
	people *seed.Generator
	chunks int // of a file
	known  []registry.NewHousehold
}

// copied are the tables that an import of people writes, and the columns that COPY
// carries.
func copied() []string { return []string{"household", "person", "membership", "person_token"} }

func importing(ctx context.Context, cfg *Config) (missed Verdict, err error) {
	d, err := openDepot(ctx, cfg)
	if err != nil {
		return missed, err
	}
	defer d.close()
	if err := d.base(ctx); err != nil {
		return missed, err
	}
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // as the command has it
	var ratios, ours, theirs []float64
	for n := range cfg.Rounds {
		res, took, err := d.ours(ctx, n+1)
		if err != nil {
			return missed, err
		}
		yard, err := d.yardstick(ctx)
		if err != nil {
			return missed, err
		}
		ratios = append(ratios, took.Seconds()/yard.Seconds())
		ours, theirs = append(ours, float64(res.People)/took.Seconds()), append(theirs, float64(res.People)/yard.Seconds())
		cfg.note("  import: %.2f s, COPY %.2f s: %d people in %d households, %d known, %d refused, load %s",
			took.Seconds(), yard.Seconds(), res.People, res.Households, res.Known, res.Refused, load())
	}
	ok := median(ratios) <= barImport
	fmt.Fprintf(cfg.Out, "B9 %.2fx bar <=%.2fx %s (files of %d people, search tokens included, ours %.0f people/s, yardstick %.0f/s, rounds %d)\n",
		median(ratios), barImport, word(ok), cfg.Import, median(ours), median(theirs), cfg.Rounds)
	if !ok {
		missed.Short = append(missed.Short, "B9")
	}
	return missed, nil
}

func openDepot(ctx context.Context, cfg *Config) (_ *depot, err error) {
	d := &depot{}
	defer func() {
		if err != nil {
			d.close()
		}
	}()
	if d.dir, err = os.MkdirTemp(cfg.Dir, "lianou-bench-"); err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	if err := os.Chmod(d.dir, 0o755); err != nil { // the server's user may be another one
		return nil, err
	}
	if d.server, err = local.Start(ctx, local.Config{Dir: filepath.Join(d.dir, "postgres")}); err != nil {
		return nil, err
	}
	if _, err := d.server.CreateDatabase(ctx, database); err != nil {
		return nil, err
	}
	admin := d.server.Superuser(database)
	if err := pg.Migrate(ctx, pg.MigrateConfig{URL: admin, Demo: true}); err != nil {
		return nil, err
	}
	if err := pg.AllowLogin(ctx, admin, map[string]string{importRole: ""}); err != nil {
		return nil, err
	}
	if d.admin, err = pgx.Connect(ctx, admin); err != nil {
		return nil, err
	}
	if d.db, err = pg.Open(ctx, pg.Config{URL: d.server.URL(importRole, database), Name: "lianou bench", MaxConns: 6, Privileged: "imports write every township"}); err != nil {
		return nil, err
	}
	return d, d.importer(cfg)
}

func (d *depot) importer(cfg *Config) error {
	keys, err := seal.NewKeys(seal.SM4)
	if err != nil {
		return err
	}
	tree, err := registry.EmbeddedRegions()
	if err != nil {
		return err
	}
	log := audit.New(keys.Platform.Ring)
	if d.reg, err = registry.New(registry.Config{Ring: keys.Platform.Ring, Log: log, Regions: tree}); err != nil {
		return err
	}
	if d.imp, err = bulk.New(bulk.Config{DB: d.db, Registry: d.reg, Ring: keys.Platform.Ring, Log: log}); err != nil {
		return err
	}
	all := cfg.Import * (cfg.Rounds + 1)
	if d.people, err = seed.NewGenerator(seed.Config{Number: 9, People: all, Today: yesterday(), Regions: tree}); err != nil {
		return err
	}
	d.chunks = d.people.Chunks() / (cfg.Rounds + 1)
	return nil
}

// base fills the city, and the yardstick's tables with the same.
func (d *depot) base(ctx context.Context) error {
	for i := range d.chunks {
		list := d.people.Chunk(i)
		for k := range list { // an import of people brings no sheets
			list[k].Sheets = nil
			for m := range list[k].Members {
				list[k].Members[m].Sheets = nil
			}
		}
		d.known = append(d.known, list[:len(list)/(knownEach/2)]...)
		sealed, err := d.reg.Seal(list, time.Now())
		if err != nil {
			return err
		}
		err = d.db.Tx(ctx, pg.City("bench"), func(ctx context.Context, tx *pg.Tx) error { return d.reg.Load(ctx, tx, sealed) })
		if err != nil {
			return err
		}
	}
	err := d.db.Tx(ctx, pg.City("bench"), func(ctx context.Context, tx *pg.Tx) error { return d.reg.AfterLoad(ctx, tx) })
	if err != nil {
		return err
	}
	for _, name := range copied() {
		if err := d.exec(ctx, "create table y_"+name+" (like "+name+" including all)", "insert into y_"+name+" select * from "+name); err != nil {
			return err
		}
	}
	return nil
}

func (d *depot) exec(ctx context.Context, statements ...string) error {
	for _, s := range statements {
		if _, err := d.admin.Exec(ctx, s); err != nil {
			return fmt.Errorf("prepare the yardstick: %w", err)
		}
	}
	return nil
}

// write makes the file of one round.
func (d *depot) write(round int) (string, error) {
	path := filepath.Join(d.dir, fmt.Sprintf("people-%d.csv", round))
	f, err := os.Create(path)
	if err != nil {
		return "", err
	}
	out := bufio.NewWriter(f)
	fmt.Fprintln(out, "姓名,身份证号,户号,与户主关系,手机号,区划代码,详细地址,户籍地")
	n := 0
	row := func(h registry.NewHousehold, number string) {
		for _, m := range h.Members {
			id := m.IDNumber.Reveal()
			if n++; n%refusedEach == 0 {
				id = id[:16] + "0" + id[17:] // most of them wrong by one digit
			}
			fmt.Fprintf(out, "%s,%s,%s,%s,%s,%s,%s,%s\n", m.Name, id, number, m.Relation, m.Phone.Reveal(), h.Live.Region, h.Live.Detail, h.Hukou)
		}
	}
	for i := range d.chunks {
		for _, h := range d.people.Chunk(round*d.chunks + i) {
			row(h, fmt.Sprintf("R%d", h.ID))
		}
	}
	for _, h := range d.known {
		row(h, fmt.Sprintf("K%d-%d", round, h.ID))
	}
	return path, errors.Join(out.Flush(), f.Close())
}

// ours brings the file of one round in.
func (d *depot) ours(ctx context.Context, round int) (bulk.Result, time.Duration, error) {
	path, err := d.write(round)
	if err != nil {
		return bulk.Result{}, 0, err
	}
	if err := d.exec(ctx, "analyze household, person, membership, person_token", "checkpoint"); err != nil {
		return bulk.Result{}, 0, err
	}
	began := time.Now()
	f, err := os.Open(path)
	if err != nil {
		return bulk.Result{}, 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return bulk.Result{}, 0, err
	}
	table, err := tables.Look(ctx, f, info.Size())
	if err != nil {
		return bulk.Result{}, 0, err
	}
	res, err := d.imp.Run(ctx, bulk.Order{Kind: bulk.People, File: table, Source: "registry:population", Actor: audit.Actor{Kind: "operator"},
		Refused: &bulk.RefusalFile{Path: path + ".refused.csv"}})
	took := time.Since(began)
	if err == nil && (res.Held || res.People == 0) {
		err = fmt.Errorf("the import wrote nothing: %+v", res)
	}
	return res, took, err
}

// yardstick copies what the round wrote into the tables beside, by COPY in one
// transaction, from files.
func (d *depot) yardstick(ctx context.Context) (time.Duration, error) {
	const key = "(select coalesce(max(id), 0) from y_%s)"
	person, household := fmt.Sprintf(key, "person"), fmt.Sprintf(key, "household")
	for name, which := range map[string]string{"household": "id > " + household, "person": "id > " + person, "membership": "person > " + person, "person_token": "person > " + person} {
		if err := d.dump(ctx, name, which); err != nil {
			return 0, err
		}
	}
	if err := d.exec(ctx, "analyze y_household, y_person, y_membership, y_person_token", "checkpoint"); err != nil {
		return 0, err
	}
	began := time.Now()
	err := pgx.BeginFunc(ctx, d.admin, func(tx pgx.Tx) error {
		for _, name := range copied() {
			f, err := os.Open(d.file(name))
			if err != nil {
				return err
			}
			_, err = tx.Conn().PgConn().CopyFrom(ctx, f, "copy y_"+name+" from stdin (format binary)")
			if err := errors.Join(err, f.Close()); err != nil {
				return fmt.Errorf("copy into y_%s: %w", name, err)
			}
		}
		return nil
	})
	return time.Since(began), err
}

func (d *depot) file(name string) string { return filepath.Join(d.dir, name+".copy") }

// dump writes rows to a file in the order in which they lie in the table.
func (d *depot) dump(ctx context.Context, name, which string) error {
	f, err := os.Create(d.file(name))
	if err != nil {
		return err
	}
	_, err = d.admin.PgConn().CopyTo(ctx, f, "copy (select * from "+name+" where "+which+") to stdout (format binary)")
	return errors.Join(err, f.Close())
}

// yesterday is a day on which everybody of the bench is born already.
func yesterday() core.Date { return core.DateOf(time.Now()) - 1 }

func (d *depot) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if d.db != nil {
		d.db.Close()
	}
	if d.admin != nil {
		_ = d.admin.Close(ctx)
	}
	if d.server != nil {
		_ = d.server.Stop(ctx)
		_ = os.RemoveAll(d.server.Dir())
	}
	if d.dir != "" {
		_ = os.RemoveAll(d.dir)
	}
}
