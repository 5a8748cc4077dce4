package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"slices"
	"strings"
	"time"

	"lianou/cmd/internal/boot"
	"lianou/core"
	"lianou/core/bell"
	"lianou/core/pg"
	"lianou/core/pg/local"
)

// upDatabase looks at the binaries where a private cluster would be made, and at
// the server where there is one.
func upDatabase(ctx context.Context, url string) []finding {
	if url == "" {
		bin, err := local.FindBinaries()
		if err != nil {
			return []finding{{what: "postgresql", err: boot.Plain(err)}}
		}
		return []finding{well("postgresql", "binaries in "+bin)}
	}
	db, s, bad := openServer(ctx, "LIANOU_DATABASE_URL", url)
	if bad != nil {
		return []finding{*bad}
	}
	defer db.Close()
	role := well("role", s.role)
	if !s.super && !s.owner {
		role = mend("role", "%s may not migrate; `lianou up` needs a superuser or lianou_owner in LIANOU_DATABASE_URL", s.role)
	}
	list := append(server(s), role, tables(ctx, db))
	clock, err := db.ReadClock(ctx)
	if err != nil {
		return list // the tables say why
	}
	return append(list, slices.Concat(scans(ctx, db, clock.Demo), shown(ctx, db), headless(ctx, db), searchMemory(ctx, db))...)
}

// serviceDatabase looks at the server with the eyes of one program: its own role
// and no other.
func serviceDatabase(ctx context.Context, cfg *boot.Config, program string) []finding {
	db, s, bad := openServer(ctx, "LIANOU_DATABASE_URL", cfg.DatabaseURL.Reveal())
	if bad != nil {
		return []finding{*bad}
	}
	defer db.Close()
	list := append(server(s), ownRole("LIANOU_DATABASE_URL", "lianou_"+program, s), tables(ctx, db))
	clock, err := db.ReadClock(ctx)
	if err == nil && !clock.Demo {
		if err := boot.RefusePublished(cfg); err != nil {
			list = append(list, finding{what: "secrets", err: boot.Plain(err)})
		}
	}
	list = append(list, soundAlerts(ctx, db)...)
	if program != forPlatform {
		return list
	}
	if err == nil {
		list = append(list, accounts(ctx, db, clock.Demo), second(ctx, db, boot.DemandsSecond(cfg, clock.Demo), clock.Demo))
		list = append(list, slices.Concat(scans(ctx, db, clock.Demo), shown(ctx, db), headless(ctx, db), searchMemory(ctx, db))...)
	}
	audit, as, bad := openServer(ctx, "LIANOU_AUDIT_DATABASE_URL", cfg.AuditURL.Reveal())
	if bad != nil {
		return append(list, *bad)
	}
	audit.Close()
	return append(list, ownRole("LIANOU_AUDIT_DATABASE_URL", "lianou_audit", as))
}

// soundAlerts tells of answered calls without their sound, and of the last counted day
// when its counts do not agree. An older database is told of elsewhere.
func soundAlerts(ctx context.Context, db *pg.DB) (list []finding) {
	const open = `select count(*), count(*) filter (where kind = 'missing'), coalesce((select call from call_alert where closed is null order by opened, call limit 1), '')
		from call_alert where closed is null`
	var all, missing, unaccounted, unfiled int
	var oldest string
	if err := db.Pool().QueryRow(ctx, open).Scan(&all, &missing, &oldest); err != nil {
		return nil
	}
	if all > 0 {
		list = append(list, remark("recordings", "%d answered calls have no right recording (%d none at all, the others not as long as the call); the oldest is call %s; an agent says why, or the exchange brings it", all, missing, oldest))
	}
	var day time.Time
	const last = `select day, unaccounted, unfiled from call_day order by day desc limit 1`
	if err := db.Pool().QueryRow(ctx, last).Scan(&day, &unaccounted, &unfiled); err == nil && unaccounted+unfiled > 0 {
		list = append(list, mend("calls", "on %s %d answered calls had neither sound nor an alert, and %d calls that became an application have none; look into the gateway's log of that night", day.Format(time.DateOnly), unaccounted, unfiled))
	}
	return list
}

// state is what a server says about itself and about who asks.
type state struct {
	role                 string
	super, bypass, owner bool
	encoding             string
	off                  []string // settings of durability that are off
	ahead                time.Duration
}

func openServer(ctx context.Context, setting, url string) (*pg.DB, state, *finding) {
	var s state
	fail := func(format string, args ...any) (*pg.DB, state, *finding) {
		f := mend("postgresql", format, args...)
		return nil, s, &f
	}
	if url == "" {
		return fail("%s is not set; give the address of the database with the program's own role", setting)
	}
	db, err := pg.Open(ctx, pg.Config{URL: url, Name: "lianou doctor", MaxConns: 1, Privileged: "the doctor looks at the set-up"})
	switch {
	case core.KindOf(err) == core.KindInvalid:
		return fail("%s does not parse; write postgres://role:password@host/database", setting)
	case strings.HasPrefix(pg.SQLState(err), "28"):
		return fail("the server of %s does not let this role in; mend the password, or `alter role ... login password ...`", setting)
	case pg.SQLState(err) == "3D000":
		return fail("the database of %s is not there; make it, then run: lianou migrate", setting)
	case err != nil:
		return fail("the server of %s does not answer; start it, or mend the address", setting)
	}
	if s, err = readState(ctx, db); err != nil {
		db.Close()
		return fail("the server of %s does not say how it is set up: %w", setting, err)
	}
	return db, s, nil
}

func readState(ctx context.Context, db *pg.DB) (s state, err error) {
	const ask = `select r.rolname::text, r.rolsuper, r.rolbypassrls,
			exists (select 1 from pg_roles o where o.rolname = 'lianou_owner' and pg_has_role(current_user, o.oid, 'member')),
			current_setting('server_encoding'), clock_timestamp(),
			array(select n from unnest(array['fsync', 'full_page_writes', 'synchronous_commit']) n where current_setting(n) = 'off')
		from pg_roles r where r.rolname = current_user`
	var now time.Time
	err = db.Pool().QueryRow(ctx, ask).Scan(&s.role, &s.super, &s.bypass, &s.owner, &s.encoding, &now, &s.off)
	s.ahead = time.Since(now)
	return s, pg.Fail(err, "ask the server how it is set up")
}

// server judges what concerns every program.
func server(s state) []finding {
	list := []finding{well("postgresql", "answers")}
	if s.encoding != "UTF8" {
		list = append(list, mend("encoding", "the database is in %s and names would be lost; make it anew with encoding UTF8", s.encoding))
	}
	if len(s.off) > 0 {
		list = append(list, mend("durability", "%s is off: a power cut would lose what has a receipt already; switch it on", strings.Join(s.off, ", ")))
	}
	return append(list, clockOf(s.ahead))
}

// clockOf compares the machine's clock with the server's: signatures and time limits
// go by one, deadlines by the other.
func clockOf(ahead time.Duration) finding {
	if ahead.Abs() > 5*time.Second {
		return mend("clock", "this machine and the database differ by %s; set both by NTP", ahead.Abs().Round(time.Second))
	}
	return well("clock", "agrees with the database's")
}

func ownRole(setting, want string, s state) finding {
	switch {
	case s.super || s.bypass || s.owner:
		return mend("role", "%s in %s sees past row-level security and the program refuses it; use %s", s.role, setting, want)
	case s.role != want:
		return mend("role", "%s logs in as %s; use %s", setting, s.role, want)
	}
	return well("role", s.role)
}

func tables(ctx context.Context, db *pg.DB) finding {
	if err := db.CheckCurrent(ctx); err != nil {
		return finding{what: "tables", err: boot.Plain(err)}
	}
	c, err := db.ReadClock(ctx)
	if err != nil {
		return mend("tables", "the city's clock cannot be read; run: lianou migrate")
	}
	if c.Demo {
		return well("tables", fmt.Sprintf("a demo, its clock moved by %s", c.Shift))
	}
	return well("tables", "as this version wants them")
}

func accounts(ctx context.Context, db *pg.DB, demo bool) finding {
	const ask = `select count(*) filter (where active), count(*) filter (where active and demo) from staff_account`
	var active, shown int
	if err := db.Pool().QueryRow(ctx, ask).Scan(&active, &shown); err != nil {
		return mend("accounts", "the accounts of staff cannot be read: %w", boot.Plain(pg.Fail(err, "count accounts")))
	}
	switch {
	case shown > 0 && !demo:
		return mend("accounts", "%d accounts with the demo's password are active; run: lianou staff disable --demo", shown)
	case active == 0:
		return remark("accounts", "nobody can log in yet; run: lianou staff add")
	}
	return well("accounts", fmt.Sprintf("%d active", active))
}

// redisServer looks at the server that is set, or at what `up` would start.
func redisServer(ctx context.Context, url string, required bool) finding {
	switch {
	case url == "" && required:
		return mend("redis", "LIANOU_REDIS_URL is not set; give redis://:password@host:6379/0")
	case url == "":
		if _, err := exec.LookPath("redis-server"); err != nil {
			return remark("redis", "no redis-server on this machine; a built-in one is used, for one machine only")
		}
		return well("redis", "redis-server is installed")
	}
	b, err := bell.Open(bell.Config{URL: url, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return finding{what: "redis", err: errors.New("LIANOU_REDIS_URL does not parse; write redis://:password@host:6379/0")}
	}
	defer b.Close()
	if err := b.Ping(ctx); err != nil {
		return mend("redis", "does not answer; start it, or mend LIANOU_REDIS_URL: until then bells are silent and each program counts its limits alone")
	}
	return well("redis", "answers")
}
