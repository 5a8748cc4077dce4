package bench

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/routing"
	"lianou/core/seal"
	"lianou/core/staff"
)

// office is the platform of a house, with staff whose sessions are at hand.
type office struct {
	house   *house
	addr    string
	program *exec.Cmd
	life    io.Closer
	ended   chan struct{}
	db      *pg.DB // as lianou_platform
	staff   *staff.Staff
	session *staff.Sessions
}

// openOffice starts the platform beside a house's gateway.
func openOffice(ctx context.Context, h *house, platform string) (_ *office, err error) {
	o := &office{house: h}
	defer func() {
		if err != nil {
			o.close()
		}
	}()
	if err := pg.AllowLogin(ctx, h.admin, map[string]string{"lianou_platform": "", "lianou_audit": ""}); err != nil {
		return nil, err
	}
	if o.addr, err = freeAddr(); err != nil {
		return nil, err
	}
	if o.db, err = pg.Open(ctx, pg.Config{URL: h.server.URL("lianou_platform", database), Name: "lianou bench", MaxConns: 4}); err != nil {
		return nil, err
	}
	places, err := registry.EmbeddedRegions()
	if err != nil {
		return nil, err
	}
	if o.staff, err = staff.New(ctx, staff.Config{DB: o.db, Log: audit.NewTo(h.keys.Gateway.Platform), Expand: routing.Reach(places)}); err != nil {
		return nil, err
	}
	if o.session, err = staff.NewSessions(staff.SessionConfig{Staff: o.staff}); err != nil {
		return nil, err
	}
	return o, o.start(ctx, platform)
}

func (o *office) start(ctx context.Context, program string) error {
	log, err := os.OpenFile(filepath.Join(o.house.dir, "platform.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	o.program = exec.Command(program)
	o.program.Env = append(plainEnvironment(),
		"LIANOU_DATABASE_URL="+o.house.server.URL("lianou_platform", database), "LIANOU_AUDIT_DATABASE_URL="+o.house.server.URL("lianou_audit", database),
		"LIANOU_REDIS_URL="+o.house.redis.URL(), "LIANOU_DATA_DIR="+o.house.dir, "LIANOU_KEY_FILE="+filepath.Join(o.house.dir, "keys", seal.PlatformFile),
		"LIANOU_PLATFORM_ADDR="+o.addr, "LIANOU_LIFELINE=true", "LIANOU_BANK_ACCOUNT=37140000000000000001")
	o.program.Stdout, o.program.Stderr = log, log
	if o.life, err = o.program.StdinPipe(); err != nil {
		return err
	}
	if err := o.program.Start(); err != nil {
		return fmt.Errorf("start the platform: %w", err)
	}
	o.ended = make(chan struct{})
	go func() { _ = o.program.Wait(); close(o.ended) }()
	return o.ready(ctx)
}

func (o *office) ready(ctx context.Context) error {
	err := answers(ctx, "http://"+o.addr+"/readyz", o.ended)
	if err != nil {
		words, _ := os.ReadFile(filepath.Join(o.house.dir, "platform.log"))
		return fmt.Errorf("wait for the platform: %w: %s", err, words)
	}
	return nil
}

// answers waits until an address says that its program is ready.
func answers(ctx context.Context, url string, ended <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		if response, err := http.DefaultClient.Do(request); err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ended:
			return fmt.Errorf("the program ended")
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// hire makes n members of staff of a role and gives the cookies of their sessions.
// Nobody types a password: the hash is one that no password has.
func (o *office) hire(ctx context.Context, n int, role staff.Role) ([]string, error) {
	conn, err := pgx.Connect(ctx, o.house.admin)
	if err != nil {
		return nil, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	const people = `insert into staff_account (login, name, roles, regions, password, made)
		select $1 || g, '压测', array[$1], array['371402001'], '$argon2id$none', now() from generate_series(1, $2) g returning id`
	rows, err := conn.Query(ctx, people, string(role), n)
	if err != nil {
		return nil, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, err
	}
	cookies := make([]string, len(ids))
	for i, id := range ids {
		if cookies[i], err = o.enter(ctx, core.StaffID(id)); err != nil {
			return nil, err
		}
	}
	return cookies, nil
}

// enter opens a session as a log-in does.
func (o *office) enter(ctx context.Context, id core.StaffID) (cookie string, err error) {
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/", nil)
	o.session.Wrap(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		err = o.session.SignIn(r.Context(), staff.Person{ID: id})
	})).ServeHTTP(w, r)
	if err != nil || len(w.Result().Cookies()) == 0 {
		return "", fmt.Errorf("open a session: %w", err)
	}
	c := w.Result().Cookies()[0]
	return c.Name + "=" + c.Value, nil
}

func (o *office) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if o.life != nil && o.ended != nil {
		o.life.Close()
		select {
		case <-o.ended:
		case <-ctx.Done():
			_ = o.program.Process.Kill()
			<-o.ended
		}
	}
	if o.db != nil {
		o.db.Close()
	}
}
