package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"lianou/cmd/internal/boot"
	"lianou/core/bell"
	"lianou/core/pg"
	"lianou/core/pg/local"
	"lianou/core/seal"
)

type upCmd struct {
	People int `help:"Synthetic people of a fresh city." default:"20000"`
}

// machine is what `up` has started, to be stopped in reverse.
type machine struct {
	cfg     *boot.Config
	tool    *tool
	place   *installation
	private *local.Server // nil with a real server
	redis   *bell.Server  // nil with a real one
	fresh   bool          // the databases were made just now
	newKeys bool          // the keys were
	people  int           // of a fresh city
	seeder  *seeder       // nil when there is a city already
	family  *family
	first   *firstScan // of a city that nobody has looked at
	began   time.Time
}

// Run starts everything, says where it is, and waits. Ctrl-C stops all of it.
func (c upCmd) Run(t *tool) error {
	cfg, err := t.config()
	if err != nil {
		return err
	}
	m := &machine{cfg: cfg, tool: t, people: c.People, began: time.Now(), place: &installation{Roles: map[string]string{}, Standin: cfg.StandinAddr}}
	defer m.stop()
	// A program is started as soon as what it reads is there: it opens its pools and
	// Books, or invents its people, while the next step keeps the other processor busy.
	for _, step := range []func(context.Context) error{m.checkPlace, m.makeKeys, m.startSeed, m.startStandin, m.startStores, m.migrate, m.startPrograms, m.peopleAreIn, m.allReady} {
		if err := step(t.ctx); err != nil {
			return err
		}
	}
	m.greet()
	m.beginFirstScan(t.ctx)
	return m.wait(t.ctx)
}

// checkPlace finds out before anything starts what would fail later: a folder
// that cannot be written, a port that is taken, a program that was not built.
func (m *machine) checkPlace(ctx context.Context) error {
	dir, err := filepath.Abs(m.cfg.DataDir)
	if err == nil {
		err = os.MkdirAll(dir, 0o755)
	}
	if err == nil {
		err = tryWrite(dir)
	}
	if err != nil {
		return fmt.Errorf("the folder %s cannot be written; give another one in LIANOU_DATA_DIR", m.cfg.DataDir)
	}
	m.cfg.DataDir = dir
	for setting, addr := range ports(m.cfg) {
		if !boot.Loopback(addr) {
			return fmt.Errorf("%s=%s is open to other machines, and the passwords of up stand in its documents; use 127.0.0.1, or see docs/operator-guide.md for a real installation", setting, addr)
		}
		listener, err := boot.Listen(ctx, setting, addr)
		if err != nil {
			return err
		}
		listener.Close()
	}
	m.family, err = newFamily(filepath.Join(dir, "log"))
	return err
}

// ports are the listeners of the three programs, by setting.
func ports(cfg *boot.Config) map[string]string {
	list := map[string]string{"LIANOU_GATEWAY_ADDR": cfg.GatewayAddr, "LIANOU_PLATFORM_ADDR": cfg.PlatformAddr, "LIANOU_STANDIN_ADDR": cfg.StandinAddr}
	if cfg.SIP.On() {
		list["LIANOU_SIP_ADDR"] = cfg.SIP.Addr
	}
	return list
}

func tryWrite(dir string) error {
	f, err := os.CreateTemp(dir, ".try-")
	if err != nil {
		return err
	}
	f.Close()
	return os.Remove(f.Name())
}

// startStores starts the two servers beside each other.
func (m *machine) startStores(ctx context.Context) error {
	if url := m.cfg.DatabaseURL.Reveal(); url != "" {
		m.place.Admin = url
	} else {
		server, err := local.Claim(local.Config{Dir: filepath.Join(m.cfg.DataDir, "postgres"), Log: slog.New(slog.NewTextHandler(os.Stderr, nil))})
		if err != nil {
			return err
		}
		m.private = server
		if err := m.setAside(ctx); err != nil {
			return err
		}
	}
	_, err := os.Stat(m.seeded())
	m.fresh = errors.Is(err, fs.ErrNotExist)
	both, within := errgroup.WithContext(ctx)
	both.Go(func() error { return m.startDatabase(within) })
	both.Go(func() error { return m.startRedis(within) })
	return both.Wait()
}

// setAside puts away a city whose keys are gone, as when somebody deletes the data
// folder and the cluster lies elsewhere (root's own folders are closed to the server).
// Nobody can read it any more, and a city that mixes its rows with new ones is broken.
func (m *machine) setAside(ctx context.Context) error {
	if !m.newKeys {
		return nil
	}
	at, err := m.private.SetAside(ctx, m.began)
	if err != nil || at == "" {
		return err
	}
	fmt.Fprintf(m.tool.out, "the keys of the city that was here are gone; its database was set aside: %s\n", at)
	if err := os.Remove(m.seeded()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (m *machine) startDatabase(ctx context.Context) error {
	if m.private == nil {
		return nil
	}
	if err := m.private.Start(ctx); err != nil {
		return err
	}
	if _, err := m.private.CreateDatabase(ctx, "lianou"); err != nil {
		return err
	}
	m.place.Admin = m.private.Superuser("lianou")
	return nil
}

// seeded is the mark that a city was put in; it lies beside the cluster it is about.
func (m *machine) seeded() string {
	if m.private != nil {
		return filepath.Join(m.private.Dir(), "seeded")
	}
	return filepath.Join(m.cfg.DataDir, "seeded")
}

func (m *machine) startRedis(ctx context.Context) error {
	if url := m.cfg.RedisURL.Reveal(); url != "" {
		m.place.Redis = url
		return nil
	}
	dir := m.cfg.DataDir
	if m.private != nil {
		dir = m.private.Dir() // a folder its user may enter, when root may not be that user
	}
	server, err := bell.StartPrivate(ctx, dir)
	if err != nil {
		return err
	}
	m.redis, m.place.Redis = server, server.URL()
	return nil
}

func (m *machine) keys() string { return filepath.Join(m.cfg.DataDir, "keys") }

func (m *machine) makeKeys(context.Context) error {
	if below := cityBelow(m.cfg.DataDir); below != "" {
		return fmt.Errorf("in %s there is no city, but in %s there is one: set LIANOU_DATA_DIR=%s to start that, or name an empty folder for a new one", m.cfg.DataDir, below, below)
	}
	if err := os.MkdirAll(m.keys(), 0o700); err != nil {
		return fmt.Errorf("make the folder of keys: %w", err)
	}
	err := seal.GenerateKeys(m.keys(), seal.SM4)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	m.newKeys = err == nil
	_, err = seal.LoadKeys(m.keys())
	return err
}

// cityBelow finds a city one folder below one that has none: who names the folder above their
// city gets a new one beside it, looks for their people there, and writes into the wrong one.
func cityBelow(dir string) string {
	if kept, err := filepath.Glob(filepath.Join(dir, "keys", "*.keys")); err != nil || len(kept) > 0 {
		return ""
	}
	below, err := filepath.Glob(filepath.Join(dir, "*", "keys", seal.PlatformFile))
	if err != nil || len(below) == 0 {
		return ""
	}
	return filepath.Dir(filepath.Dir(below[0]))
}

// migrate brings the tables to this version; the people of a fresh city go in as
// soon as theirs are there.
func (m *machine) migrate(ctx context.Context) error {
	return pg.Migrate(ctx, pg.MigrateConfig{URL: m.place.Admin, Demo: true, Early: func(ctx context.Context) error {
		if err := m.allowPrograms(ctx); err != nil {
			return err
		}
		return m.letPeopleIn()
	}})
}

// allowPrograms lets the roles of the programs log in, and notes how.
func (m *machine) allowPrograms(ctx context.Context) error {
	words := map[string]string{}
	for _, role := range append(pg.Roles(), pg.Owner) {
		words[role] = ""
	}
	if m.private == nil {
		var err error
		if words, err = passwords(m.cfg.DataDir); err != nil {
			return err
		}
	}
	for role, word := range words {
		url, err := pg.AsRole(m.place.Admin, role, word)
		if err != nil {
			return err
		}
		m.place.Roles[role] = url
	}
	if err := pg.AllowLogin(ctx, m.place.Admin, words); err != nil {
		return err
	}
	return m.place.write(m.cfg.DataDir)
}

// wait returns when somebody stops us or one of what was started ends.
func (m *machine) wait(ctx context.Context) error {
	var database <-chan struct{}
	if m.private != nil {
		database = m.private.Exited()
	}
	select {
	case <-ctx.Done():
		return nil
	case <-database:
		return errors.New("the private postgresql ended by itself; its log is " + filepath.Join(m.private.Dir(), "postgres.log"))
	case end := <-m.family.ended:
		return end
	}
}

// stop ends in reverse what was started. It has its own deadline: the context is
// usually over when it runs.
func (m *machine) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), m.cfg.StopTimeout+10*time.Second)
	defer cancel()
	m.dropPeople()
	m.first.stop()
	if m.family != nil {
		m.family.stop(ctx)
	}
	if m.place.Admin != "" {
		_ = os.Remove(installationFile(m.cfg.DataDir))
	}
	if m.redis != nil {
		_ = m.redis.Stop(ctx)
	}
	if m.private != nil {
		if err := m.private.Stop(ctx); err != nil {
			fmt.Fprintln(os.Stderr, "lianou:", err)
		}
	}
}
