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
	o.program = exec.Command(program)
	o.program.Env = append(plainEnvironment(),
		"LIANOU_DATABASE_URL="+o.house.server.URL("lianou_platform", database), "LIANOU_AUDIT_DATABASE_URL="+o.house.server.URL("lianou_audit", database),
		"LIANOU_REDIS_URL="+o.house.redis.URL(), "LIANOU_DATA_DIR="+o.house.dir, "LIANOU_KEY_FILE="+filepath.Join(o.house.dir, "keys", seal.PlatformFile),
		"LIANOU_PLATFORM_ADDR="+o.addr, "LIANOU_LIFELINE=true", "LIANOU_BANK_ACCOUNT=37140000000000000001")
	var err error
	if o.life, o.ended, err = launch(o.program, filepath.Join(o.house.dir, "platform.log")); err != nil {
		return err
	}
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

// hire makes n members of staff of a role and gives the cookies of their sessions.
// Nobody types a password: the hash is one that no password has.
func (o *office) hire(ctx context.Context, n int, role staff.Role) ([]string, error) {
	return o.hireAt(ctx, n, role, "371402001")
}

func (o *office) hireAt(ctx context.Context, n int, role staff.Role, at core.RegionCode) ([]string, error) {
	conn, err := pgx.Connect(ctx, o.house.admin)
	if err != nil {
		return nil, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	const people = `insert into staff_account (login, name, roles, regions, password, made)
		select $1 || g || '-' || $3::text, '压测', array[$1], array[$3], '$argon2id$none', now() from generate_series(1, $2) g returning id`
	rows, err := conn.Query(ctx, people, string(role), n, string(at))
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
	end(ctx, o.program, o.life, o.ended)
	if o.db != nil {
		o.db.Close()
	}
}
