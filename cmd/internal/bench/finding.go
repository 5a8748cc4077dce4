package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/names"
	"lianou/core/pg"
	"lianou/core/pg/local"
	"lianou/core/registry"
	"lianou/core/registry/seed"
	"lianou/core/seal"
)

// findBar is what an officer may wait for a list of people, in milliseconds.
const findBar = 20.0

// wanted is somebody to ask for.
type wanted struct {
	registry.NewPerson
	home   core.RegionCode
	places *registry.Regions
	table  *names.Table
}

// lookup is one way of asking and what of a person it asks with, "" where the person
// has nothing of the kind.
type lookup struct {
	what string
	of   func(w wanted) string
}

func lookups() []lookup {
	given := func(w wanted, from, to int) string {
		if c := []rune(w.Name); len(c) == 3 {
			return string(c[from:to])
		}
		return ""
	}
	with := func(number, rest string) string {
		if number == "" || rest == "" {
			return ""
		}
		return number + " " + rest
	}
	return []lookup{
		{"name", func(w wanted) string { return w.Name }},
		{"given name", func(w wanted) string { return given(w, 1, 3) }},
		{"surname and a character", func(w wanted) string { return given(w, 0, 2) }},
		{"the commonest name", func(wanted) string { return "王伟" }},
		{"the commonest name by ear", func(wanted) string { return "王炜" }},
		{"name nobody has", func(w wanted) string { return w.Name + "驫" }},
		{"initials", func(w wanted) string { return w.table.Initials(w.Name) }},
		{"pinyin", func(w wanted) string { return w.table.Reading(w.Name) }},
		{"whole ID", func(w wanted) string { return w.IDNumber.Reveal() }},
		{"last four", func(w wanted) string { return w.IDNumber.Last4() }},
		{"birth date", func(w wanted) string { return w.IDNumber.Birth().Time().Format("20060102") }},
		{"phone", func(w wanted) string { return w.Phone.Reveal() }},
		{"village and name", func(w wanted) string { return w.places.FullName(w.home) + " " + w.Name }},
		{"village and initials", func(w wanted) string { return w.places.FullName(w.home) + " " + w.table.Initials(w.Name) }},
		{"birth date and given name", func(w wanted) string { return with(w.IDNumber.Birth().Time().Format("20060102"), given(w, 1, 3)) }},
		{"last four and name", func(w wanted) string { return with(w.IDNumber.Last4(), w.Name) }},
		{"last four and given name", func(w wanted) string { return with(w.IDNumber.Last4(), given(w, 1, 3)) }},
		{"last four and pinyin", func(w wanted) string { return with(w.IDNumber.Last4(), w.table.Reading(w.Name)) }},
		{"phone's last four and name", func(w wanted) string {
			p := w.Phone.Reveal()
			return with(p[max(0, len(p)-4):], w.Name)
		}},
		{"last four and initials", func(w wanted) string { return w.IDNumber.Last4() + " " + w.table.Initials(w.Name) }},
	}
}

// townHall is a city of people, found as officers find them: a throw-away one, or one that
// is kept (bench --keep).
type townHall struct {
	dir    string
	keep   bool
	server *local.Server
	db     *pg.DB // as lianou_platform
	keys   *seal.Keys
	reg    *registry.Registry
	places *registry.Regions
	table  *names.Table
	people []registry.NewHousehold // some of those in it
	cpu    cpu                     // of this process and the one server process that serves it
}

// finding measures B8: how long a search takes, its transaction and its audit entry
// included, for a township's, a county's and the city's officers.
func finding(ctx context.Context, cfg *Config) (missed Verdict, err error) {
	h, err := openTownHall(ctx, cfg)
	if err != nil {
		return missed, err
	}
	defer h.close()
	ways := lookups()
	var worst, worstCPU float64
	var slow string
	for _, scope := range []string{"township", "county", "city"} {
		var all []float64
		for _, way := range ways {
			took, busy, found, err := h.ask(ctx, cfg, way, scope)
			if err != nil {
				return missed, fmt.Errorf("%s in a %s: %w", way.what, scope, err)
			}
			all = append(all, took...)
			p95 := percentile(took, 95)
			cfg.note("B8 %-9s %-26s p50 %6.2f ms p95 %6.2f ms, CPU p50 %5.2f ms p95 %5.2f ms, %.1f found of %d asked", scope, way.what,
				percentile(took, 50), p95, percentile(busy, 50), percentile(busy, 95), found, len(took))
			worstCPU = max(worstCPU, percentile(busy, 95))
			if p95 > worst {
				worst, slow = p95, way.what+" in the "+scope
			}
		}
		cfg.note("B8 %-9s all ways                   p95 %6.2f ms", scope, percentile(all, 95))
	}
	alone, err := h.alone(ctx, cfg)
	if err != nil {
		return missed, err
	}
	if !h.keep { // making the tokens of a kept city anew would take an hour of it
		if err := h.upkeep(ctx, cfg, h.server.Superuser(database)); err != nil {
			return missed, err
		}
	}
	if worst > findBar {
		missed.Short = append(missed.Short, "B8")
	}
	fmt.Fprintf(cfg.Out, "B8 p95 %.1f ms bar <=%.0f ms %s (%d people, slowest of %d ways in 3 scopes: %s, %d searches each; CPU p95 %.1f ms; the transaction alone p50 %.1f ms p95 %.1f ms; load %s)\n",
		worst, findBar, word(worst <= findBar), cfg.People, len(ways), slow, cfg.Rounds*searches, worstCPU, percentile(alone, 50), percentile(alone, 95), load())
	return missed, nil
}

// searches is how many of one kind a round asks.
const searches = 60

func percentile(v []float64, p int) float64 {
	s := slices.Sorted(slices.Values(v))
	if len(s) == 0 {
		return 0
	}
	return s[min(len(s)-1, len(s)*p/100)]
}

// ask asks one way under one scope, each time for somebody else of that scope.
func (h *townHall) ask(ctx context.Context, cfg *Config, way lookup, scope string) (took, busy []float64, found float64, err error) {
	r := rand.New(rand.NewPCG(8, uint64(len(way.what)+len(scope))))
	why := registry.Purpose{Actor: audit.Actor{Kind: "staff", ID: "1"}, Why: "bench"}
	for len(took) < cfg.Rounds*searches {
		home := h.people[r.IntN(len(h.people))]
		query := way.of(wanted{home.Members[r.IntN(len(home.Members))], home.Live.Region, h.places, h.table})
		if query == "" {
			continue
		}
		began, before := time.Now(), h.cpu.spent()
		n := 0
		err := h.db.Tx(ctx, h.scope(home.Live.Region, scope), func(ctx context.Context, tx *pg.Tx) error {
			list, err := h.reg.Find(ctx, tx, why, query)
			n = len(list)
			return err
		})
		found += float64(n)
		if err != nil {
			return nil, nil, 0, err
		}
		took, busy = append(took, time.Since(began).Seconds()*1000), append(busy, (h.cpu.spent()-before).Seconds()*1000)
	}
	return took, busy, found / float64(len(took)), nil
}

func (h *townHall) scope(at core.RegionCode, scope string) pg.Scope {
	switch scope {
	case "township":
		return pg.Regions(at.Township())
	case "county":
		return pg.Regions(h.places.Expand(at.County())...)
	}
	return pg.Regions(h.places.Expand(core.DezhouCity)...)
}

func openTownHall(ctx context.Context, cfg *Config) (_ *townHall, err error) {
	dir := cfg.Keep
	if dir == "" {
		if dir, err = os.MkdirTemp(cfg.Dir, "lianou-bench-"); err != nil {
			return nil, fmt.Errorf("make a folder: %w", err)
		}
	}
	h := &townHall{dir: dir, keep: cfg.Keep != "", table: names.New()}
	if _, err := os.Stat(filepath.Join(dir, "keys")); h.keep && err != nil {
		return nil, fmt.Errorf("%s holds no city yet; `lianou bench B5 --keep %s` makes one: %w", dir, dir, err)
	}
	defer func() {
		if err != nil {
			h.close()
		}
	}()
	if err := os.Chmod(dir, 0o755); err != nil { // the server's user may be another one
		return nil, err
	}
	if h.server, err = local.Start(ctx, local.Config{Dir: filepath.Join(dir, "postgres")}); err != nil {
		return nil, err
	}
	if _, err = h.server.CreateDatabase(ctx, database); err != nil {
		return nil, err
	}
	admin := h.server.Superuser(database)
	if err := pg.Migrate(ctx, pg.MigrateConfig{URL: admin, Demo: true}); err != nil {
		return nil, err
	}
	if err := pg.AllowLogin(ctx, admin, map[string]string{"lianou_platform": "", "lianou_import": ""}); err != nil {
		return nil, err
	}
	if err := h.fill(ctx, cfg); err != nil {
		return nil, err
	}
	if err := settleTables(ctx, cfg, admin); err != nil {
		return nil, err
	}
	if err := warmed(ctx, cfg, admin); err != nil {
		return nil, err
	}
	h.db, err = pg.Open(ctx, pg.Config{URL: h.server.URL("lianou_platform", database), Name: "lianou bench", MaxConns: 1})
	if err != nil {
		return nil, err
	}
	if err := h.renew(ctx, cfg); err != nil {
		return nil, err
	}
	return h, h.own(ctx)
}

// fill loads the people and keeps a few chunks of them to ask for.
func (h *townHall) fill(ctx context.Context, cfg *Config) error {
	var err error
	if h.keys, err = h.ring(); err != nil {
		return err
	}
	if h.places, err = registry.EmbeddedRegions(); err != nil {
		return err
	}
	h.reg, err = registry.New(registry.Config{Ring: h.keys.Platform.Ring, Log: audit.New(h.keys.Platform.Ring), Regions: h.places})
	if err != nil {
		return err
	}
	into, err := pg.Open(ctx, pg.Config{URL: h.server.URL("lianou_import", database), Name: "lianou bench seed", MaxConns: 4, Privileged: "loads invented people"})
	if err != nil {
		return err
	}
	defer into.Close()
	began := time.Now()
	_, err = (seed.Loader{DB: into, Registry: h.reg, Regions: h.places}).Load(ctx, 1, cfg.People)
	if err != nil && !(h.keep && errors.Is(err, seed.ErrNotEmpty)) {
		return err
	}
	cfg.note("B8 %d people loaded in %.1f s", cfg.People, time.Since(began).Seconds())
	g, err := seed.NewGenerator(seed.Config{Number: 1, People: cfg.People, Today: core.DateOf(time.Now()), Regions: h.places})
	if err != nil {
		return err
	}
	for i := range min(8, g.Chunks()) {
		h.people = append(h.people, g.Chunk(i*g.Chunks()/min(8, g.Chunks()))...)
	}
	return nil
}

// ring gives the keys of the people: those that sealed a kept city, or new ones.
func (h *townHall) ring() (*seal.Keys, error) {
	if !h.keep {
		return seal.NewKeys(seal.SM4)
	}
	return seal.LoadKeys(filepath.Join(h.dir, "keys"))
}

// renew makes the tokens that people of before lack, as a platform does by itself.
func (h *townHall) renew(ctx context.Context, cfg *Config) error {
	began, steps := time.Now(), 0
	for more := true; more; steps++ {
		var err error
		if more, err = h.reg.Renew(ctx, h.db, 2000); err != nil {
			return err
		}
	}
	if steps > 1 {
		cfg.note("B8 tokens brought up to date in %.0f s", time.Since(began).Seconds())
	}
	return nil
}

// settleTables does what autovacuum does within minutes of a load, and says how large
// the tokens are.
func settleTables(ctx context.Context, cfg *Config, admin string) error {
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, `vacuum analyze person_token, person, membership`); err != nil {
		return err
	}
	var tokens, size int64
	const measure = `select count(*), pg_total_relation_size('person_token') from person_token`
	if err := conn.QueryRow(ctx, measure).Scan(&tokens, &size); err != nil {
		return err
	}
	cfg.note("B8 %.2f tokens a person, %.0f bytes a person with their index", float64(tokens)/float64(cfg.People), float64(size)/float64(cfg.People))
	return nil
}

func (h *townHall) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if h.db != nil {
		h.db.Close()
	}
	if h.server != nil {
		_ = h.server.Stop(ctx)
	}
	if !h.keep {
		_ = os.RemoveAll(h.dir)
	}
}
