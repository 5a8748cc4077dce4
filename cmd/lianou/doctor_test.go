package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/jackc/pgx/v5"

	"lianou/cmd/internal/boot"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
	"lianou/core/seal"
)

// ill reports whether a list holds one thing to mend about `what`, in one line that
// names what to do.
func ill(list []finding, what, say string) bool {
	return slices.ContainsFunc(list, func(f finding) bool {
		return f.what == what && f.err != nil && !f.soft && strings.Contains(f.err.Error(), say) && !strings.Contains(f.err.Error(), "\n")
	})
}

func told(list []finding) string {
	var b strings.Builder
	for _, f := range list {
		b.WriteString(f.what + ": " + f.note)
		if f.err != nil {
			b.WriteString(f.err.Error())
		}
		b.WriteString("\n")
	}
	return b.String()
}

func settings(t *testing.T, lines ...string) *boot.Config {
	t.Helper()
	cfg, err := boot.Load(lines)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// Each finding about the place, provoked.
// Control: a finding that is always well is not among those the case wants.
func TestDoctorPlace(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	one := func(f finding) []finding { return []finding{f} }
	for name, c := range map[string]struct {
		found     []finding
		what, say string
	}{
		"folder cannot be made":    {one(folder(settings(t, "LIANOU_DATA_DIR="+file+"/x"))), "data folder", "cannot be made; give another one in LIANOU_DATA_DIR"},
		"folder cannot be written": {one(folder(settings(t, "LIANOU_DATA_DIR=/proc"))), "data folder", "cannot be written; give another one in LIANOU_DATA_DIR"},
		"disk cannot be asked":     {one(disk(file + "/x")), "disk", "mend LIANOU_DATA_DIR"},
		"disk nearly full":         {one(diskRoom("/d", 1<<30, 100<<30)), "disk", "1024 MiB are left under /d; make room"},
		"blobs elsewhere":          {one(blobFolder(settings(t, "LIANOU_BLOB_URL=s3://bucket"))), "blobs", "must look like file:///"},
		"blobs not writable":       {one(blobFolder(settings(t, "LIANOU_BLOB_URL=file:///proc"))), "blobs", "cannot be written"},
	} {
		if !ill(c.found, c.what, c.say) {
			t.Errorf("%s: want %q in\n%s", name, c.say, told(c.found))
		}
	}
	if f := diskRoom("/d", 4<<30, 100<<30); f.err == nil || !f.soft {
		t.Errorf("a twentieth left: %+v", f)
	}
	if f := disk(t.TempDir()); f.what != "disk" || f.err == nil && f.note == "" {
		t.Errorf("a disk: %+v", f)
	}
}

func TestDoctorSpool(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	spool := filepath.Join(dir, "gateway-intake", "spool")
	if err := os.MkdirAll(spool, 0o700); err != nil {
		t.Fatal(err)
	}
	put := func(name string, age time.Duration) {
		path := filepath.Join(spool, name)
		at := time.Now().Add(-age)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	put("1-1.sealed", time.Minute)
	if list := spools(dir); list[0].err != nil {
		t.Errorf("one that came just now: %s", told(list))
	}
	put("1-2.sealed", time.Hour)
	put("1-3.unreadable", 0)
	if list := spools(dir); !ill(list, "spool", "1 submissions have waited") || !ill(list, "spool", "1 submissions were set aside") {
		t.Errorf("%s", told(list))
	}
}

func TestDoctorKeys(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(dir string) error
		say   string
		alone bool // seen in the one file of the platform, too
	}{
		"others may read a file": {func(dir string) error { return os.Chmod(filepath.Join(dir, seal.PlatformFile), 0o644) }, "set its mode to 0600", true},
		"others may enter":       {func(dir string) error { return os.Chmod(dir, 0o755) }, "run: chmod 700", false},
		"damaged": {func(dir string) error {
			return os.WriteFile(filepath.Join(dir, seal.PlatformFile), []byte("{}"), 0o600)
		}, "a key file does not open", true},
		"a folder for a file": {func(dir string) error {
			p := filepath.Join(dir, seal.PlatformFile)
			return firstError(os.Remove(p), os.Mkdir(p, 0o700))
		}, "is not a regular file", true},
		"not of one set":          {func(dir string) error { return firstError(os.Remove(filepath.Join(dir, seal.PlatformFile)), swap(dir)) }, "not of one set", false},
		"missing for the service": {func(dir string) error { return os.Remove(filepath.Join(dir, seal.PlatformFile)) }, "run `lianou keys make`", true},
	} {
		dir := t.TempDir()
		cfg := settings(t, "LIANOU_DATA_DIR="+dir)
		keys := filepath.Join(dir, "keys")
		if err := os.Mkdir(keys, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := seal.GenerateKeys(keys, seal.SM4); err != nil {
			t.Fatal(err)
		}
		for _, f := range []finding{keyFiles(cfg), keyFile(cfg, forPlatform), keyFile(cfg, forGateway)} {
			if f.err != nil {
				t.Fatalf("before: %v", f.err)
			}
		}
		if err := c.spoil(keys); err != nil {
			t.Fatal(err)
		}
		list := []finding{keyFiles(cfg)}
		if c.alone {
			list = []finding{keyFile(cfg, forPlatform)}
		}
		if !ill(list, "keys", c.say) {
			t.Errorf("%s: %s", name, told(list))
		}
	}
	if f := badKeys(os.ErrPermission); !ill([]finding{f}, "keys", "give it to the user of the program") {
		t.Errorf("not ours to read: %+v", f)
	}
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// swap puts the platform's file of another set into dir.
func swap(dir string) error {
	other, err := os.MkdirTemp("", "lianou-keys-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(other)
	if err := seal.GenerateKeys(other, seal.SM4); err != nil {
		return err
	}
	return os.Rename(filepath.Join(other, seal.PlatformFile), filepath.Join(dir, seal.PlatformFile))
}

func TestDoctorPortsAndRedis(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	cfg := settings(t, "LIANOU_GATEWAY_ADDR="+taken.Addr().String())
	if list := freePorts(t.Context(), portsOf(cfg, forGateway)); len(list) != 1 || !ill(list, "port", "choose another address in LIANOU_GATEWAY_ADDR") {
		t.Errorf("taken: %s", told(list))
	}
	one := func(url string, required bool) []finding { return []finding{redisServer(t.Context(), url, required)} }
	server := miniredis.RunT(t)
	addr := "redis://" + server.Addr()
	if list := one(addr, true); list[0].err != nil {
		t.Fatalf("a server: %s", told(list))
	}
	server.Close()
	for _, c := range []struct{ url, say string }{
		{addr, "does not answer; start it, or mend LIANOU_REDIS_URL"}, {"redis//x", "LIANOU_REDIS_URL does not parse"}, {"", "LIANOU_REDIS_URL is not set"},
	} {
		if list := one(c.url, true); !ill(list, "redis", c.say) {
			t.Errorf("%q: %s", c.url, told(list))
		}
	}
}

// Each finding about the database, on a real one.
func TestDoctorDatabase(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	url := func(role pgtest.Role) string { return "LIANOU_DATABASE_URL=" + env.URL(role) }
	look := func(program string, lines ...string) []finding {
		return serviceDatabase(t.Context(), settings(t, lines...), program)
	}
	good := look(forGateway, url(pgtest.Gateway))
	for _, f := range good {
		if f.err != nil && f.what != "durability" { // a test's server trades it for speed
			t.Errorf("a gateway that is well: %s", told(good))
		}
	}
	if !ill(good, "durability", "fsync") || !ill(good, "durability", "switch it on") {
		t.Errorf("a server without fsync: %s", told(good))
	}
	audit := "LIANOU_AUDIT_DATABASE_URL=" + env.URL(pgtest.Audit)
	for name, c := range map[string]struct {
		found     []finding
		what, say string
	}{
		"not set":             {look(forGateway), "postgresql", "LIANOU_DATABASE_URL is not set"},
		"no address":          {look(forGateway, "LIANOU_DATABASE_URL=postgres://u:p@%zz"), "postgresql", "does not parse"},
		"nobody there":        {look(forGateway, "LIANOU_DATABASE_URL=postgres://u:p@127.0.0.1:1/x?connect_timeout=2"), "postgresql", "does not answer; start it, or mend the address"},
		"no such role":        {look(forGateway, "LIANOU_DATABASE_URL="+strings.Replace(env.URL(pgtest.Gateway), "lianou_gateway", "nobody_of_ours", 1)), "postgresql", "does not let this role in"},
		"no such database":    {look(forGateway, "LIANOU_DATABASE_URL="+strings.Replace(env.URL(pgtest.Gateway), "/t_", "/u_", 1)), "postgresql", "is not there; make it"},
		"superuser":           {look(forGateway, "LIANOU_DATABASE_URL="+env.Superuser()), "role", "use lianou_gateway"},
		"owner":               {look(forPlatform, url(pgtest.Owner), audit), "role", "sees past row-level security"},
		"past the policies":   {look(forPlatform, url(pgtest.Import), audit), "role", "use lianou_platform"},
		"the other program":   {look(forPlatform, url(pgtest.Gateway), audit), "role", "logs in as lianou_gateway; use lianou_platform"},
		"no role for audit":   {look(forPlatform, url(pgtest.Platform)), "postgresql", "LIANOU_AUDIT_DATABASE_URL is not set"},
		"audit as platform":   {look(forPlatform, url(pgtest.Platform), "LIANOU_AUDIT_DATABASE_URL="+env.URL(pgtest.Platform)), "role", "use lianou_audit"},
		"up with a small one": {upDatabase(t.Context(), env.URL(pgtest.Gateway)), "role", "may not migrate"},
	} {
		if !ill(c.found, c.what, c.say) {
			t.Errorf("%s: want %q in\n%s", name, c.say, told(c.found))
		}
	}
	if list := look(forPlatform, url(pgtest.Platform), audit); slices.ContainsFunc(list, func(f finding) bool { return f.err != nil && !f.soft && f.what != "durability" }) {
		t.Errorf("a platform that is well: %s", told(list))
	}
	if _, err := env.DB(pgtest.Owner).Pool().Exec(t.Context(), `delete from lianou_migration where version_id = 95`); err != nil {
		t.Fatal(err)
	}
	if list := look(forGateway, url(pgtest.Gateway)); !ill(list, "tables", "run: lianou migrate") {
		t.Errorf("one migration behind: %s", told(list))
	}
	for ahead, sick := range map[time.Duration]bool{time.Minute: true, -time.Minute: true, time.Second: false} {
		if f := clockOf(ahead); ill([]finding{f}, "clock", "set both by NTP") != sick {
			t.Errorf("%s: %+v", ahead, f)
		}
	}
	if !ill(server(state{encoding: "SQL_ASCII"}), "encoding", "UTF8") {
		t.Error("a database without UTF8")
	}
}

// In a real database the demo's accounts and secrets are to mend.
func TestDoctorSeesTheDemoInARealDatabase(t *testing.T) {
	t.Parallel()
	env := pgtest.Empty(t)
	if err := pg.Migrate(t.Context(), pg.MigrateConfig{URL: env.Superuser()}); err != nil {
		t.Fatal(err)
	}
	lines := []string{"LIANOU_DATABASE_URL=" + env.URL(pgtest.Platform), "LIANOU_AUDIT_DATABASE_URL=" + env.URL(pgtest.Audit)}
	list := serviceDatabase(t.Context(), settings(t, lines...), forPlatform)
	if !strings.Contains(told(list), "run: lianou staff add") {
		t.Errorf("without accounts: %s", told(list))
	}
	insert(t, env, `insert into staff_account (login, name, roles, regions, password, demo, made) values ('x1', 'x', '{officer}', '{371426104}', '$argon2id$x', true, now())`)
	for name, value := range demoSettings("127.0.0.1:1", "127.0.0.1:2") {
		if name == "LIANOU_BANK_PASSWORD" {
			lines = append(lines, name+"="+value)
		}
	}
	list = serviceDatabase(t.Context(), settings(t, lines...), forPlatform)
	if !ill(list, "accounts", "lianou staff disable --demo") || !ill(list, "secrets", "LIANOU_BANK_PASSWORD") {
		t.Errorf("%s", told(list))
	}
}

func insert(t *testing.T, env *pgtest.Env, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), env.Superuser())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

// F14: both programs' doctors tell of answered calls without their sound, and of a day
// whose counts do not agree. Control: ask for closed alerts too.
func TestDoctorSound(t *testing.T) {
	t.Parallel()
	env := pgtest.New(t)
	look := func(program string, role pgtest.Role) []finding {
		return serviceDatabase(t.Context(), settings(t, "LIANOU_DATABASE_URL="+env.URL(role), "LIANOU_AUDIT_DATABASE_URL="+env.URL(pgtest.Audit)), program)
	}
	const call = `insert into call (id, exchange, began, noted) values ('%[1]s', 'test', now(), now());
		insert into call_alert (call, kind, span_ms, closed) values ('%[1]s', '%[2]s', 1000, %[3]s)`
	insert(t, env, fmt.Sprintf(call, "closed", "missing", "now()"))
	if list := told(look(forGateway, pgtest.Gateway)); strings.Contains(list, "recordings: ") || strings.Contains(list, "calls: ") {
		t.Errorf("nothing to tell: %s", list)
	}
	insert(t, env, fmt.Sprintf(call, "none", "missing", "null"))
	insert(t, env, fmt.Sprintf(call, "short", "length", "null"))
	insert(t, env, `insert into call_day values ('2026-11-25', 9, 8, 5, 1, 1, 1, 9, 2, 0)`)
	for program, role := range map[string]pgtest.Role{forGateway: pgtest.Gateway, forPlatform: pgtest.Platform} {
		list := look(program, role)
		if !strings.Contains(told(list), "recordings: 2 answered calls have no right recording (1 none at all") || !strings.Contains(told(list), "is call none;") ||
			!ill(list, "calls", "on 2026-11-25 1 answered calls") {
			t.Errorf("the %s: %s", program, told(list))
		}
	}
}

func TestDoctorServices(t *testing.T) {
	t.Parallel()
	gateway := []string{"LIANOU_PUBLIC_URL=https://jiuzhu.example", "LIANOU_SMS_SECRET_ID=i", "LIANOU_SMS_SECRET_KEY=k", "LIANOU_SMS_APP_ID=1", "LIANOU_SMS_SIGN=s",
		"LIANOU_SMS_TEMPLATE=1", "LIANOU_SMS_CODE_TEMPLATE=2", "LIANOU_HOTLINE_TWILIO_TOKEN=t", "LIANOU_RECORDING_SOURCES=a:1", "LIANOU_WECHAT_APP_ID=w", "LIANOU_WECHAT_SECRET=s",
		"LIANOU_VOICE_TRUNK=127.0.0.1:5070"}
	engine, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close() })
	gateway = append(gateway, "LIANOU_ASR_LIVE_URL=ws://"+engine.Addr().String())
	platform := []string{"LIANOU_ASR_URL=http://" + engine.Addr().String(), "LIANOU_DESK_URL=https://desk.example", "LIANOU_BANK_ACCOUNT=37140000000000000001", "LIANOU_IDENTITY_SECRET_ID=i", "LIANOU_IDENTITY_SECRET_KEY=k", "LIANOU_BANK_URL=https://bank.example"}
	for program, lines := range map[string][]string{forGateway: gateway, forPlatform: platform} {
		for _, f := range services(settings(t, lines...), program) {
			if f.err != nil {
				t.Fatalf("the %s that is well: %s: %v", program, f.what, f.err)
			}
		}
	}
	for _, c := range []struct{ program, line, what, say string }{
		{forGateway, "LIANOU_PUBLIC_URL=http://jiuzhu.example", "address", "put TLS before it"},
		{forGateway, "LIANOU_SMS_SIGN=", "text messages", "set all of"},
		{forGateway, "LIANOU_RECORDING_SOURCES=", "hotline", "no recording would be fetched"},
		{forGateway, "LIANOU_FREESWITCH_USER=pbx", "hotline", "LIANOU_FREESWITCH_PASSWORD is not set"},
		{forGateway, "LIANOU_FREESWITCH_FOLDER_URL=http://pbx/rec", "hotline", "not in LIANOU_RECORDING_SOURCES"},
		{forGateway, "LIANOU_JAMBONZ_USER=pbx", "hotline", "LIANOU_JAMBONZ_PASSWORD is not set"},
		{forGateway, "LIANOU_WECHAT_SECRET=", "wechat", "LIANOU_WECHAT_SECRET is not set"},
		{forGateway, "LIANOU_VOICE_USER=u", "notices by voice", "set both"},
		{forGateway, "LIANOU_ASR_LIVE_URL=ws://127.0.0.1:1", "live captions", "nothing answers at LIANOU_ASR_LIVE_URL"},
		{forGateway, "LIANOU_ASR_LIVE_URL=ws://speech.example", "live captions", "calls would pass in clear"},
		{forPlatform, "LIANOU_DESK_URL=http://desk.example", "address", "LIANOU_DESK_URL is not https"},
		{forPlatform, "LIANOU_BANK_ACCOUNT=", "bank", "give the city's paying account"},
		{forPlatform, "LIANOU_IDENTITY_SECRET_KEY=", "identity", "LIANOU_IDENTITY_SECRET_KEY is not set"},
		{forPlatform, "LIANOU_ASR_URL=http://speech.example", "speech", "calls would pass in clear"},
		{forPlatform, "LIANOU_ASR_URL=ws://127.0.0.1:1", "speech", "nothing answers at LIANOU_ASR_URL"},
	} {
		lines := map[string][]string{forGateway: gateway, forPlatform: platform}[c.program]
		if list := services(settings(t, append(slices.Clone(lines), c.line)...), c.program); !ill(list, c.what, c.say) {
			t.Errorf("%s: %s", c.line, told(list))
		}
	}
	send, take := t.TempDir(), t.TempDir()
	folders := append(slices.Clone(platform), "LIANOU_BANK_RAIL=folder", "LIANOU_BANK_SEND_DIR="+send, "LIANOU_BANK_TAKE_DIR="+take)
	if list := services(settings(t, folders...), forPlatform); ill(list, "bank", "") || !strings.Contains(told(list), "files go to "+send) {
		t.Errorf("folders that are there: %s", told(list))
	}
	// Control, named: Ready that does not ask who may write; TestAnOpenFolderIsNotTheBank saw it red.
	late := settings(t, folders...)
	if err := os.Chmod(take, 0o777); err != nil { //nolint:gosec // the fault that is looked for
		t.Fatal(err)
	}
	if list := services(late, forPlatform); !ill(list, "bank", "writable by group or others") {
		t.Errorf("a folder that all may write: %s", told(list))
	}
	if err := os.Remove(take); err != nil {
		t.Fatal(err)
	}
	if list := services(settings(t, folders...), forPlatform); !ill(list, "bank", "take folder") {
		t.Errorf("a folder that is gone: %s", told(list))
	}
	for _, program := range []string{forGateway, forPlatform} { // nothing set: said, and nothing to mend but the bank's account
		soft := 0
		for _, f := range services(settings(t), program) {
			if f.soft {
				soft++
			}
		}
		if soft < 2 {
			t.Errorf("%s without settings: %d remarks", program, soft)
		}
	}
}

// sound reports that the doctor looked to the end and found nothing to mend but
// the disk of the machine that runs the test, which may really be full; how a full
// disk is told is TestDoctorDisk's.
func sound(report string) bool {
	mends, others := strings.Count(report, "MEND"), 0
	for line := range strings.Lines(report) {
		if strings.Contains(line, "MEND") && !strings.Contains(line, "MEND  disk ") {
			others++
		}
	}
	if mends > 0 && !strings.Contains(report, "to mend") {
		return false
	}
	return others == 0 && strings.Contains(report, "ok    redis")
}

// A misspelt setting is a finding, and the command fails with the count.
func TestDoctorCommand(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for name, c := range map[string]struct {
		lines []string
		args  []string
		say   string
	}{
		"misspelt": {[]string{"LIANOU_GATEWAY_ADRR=x"}, []string{"doctor"}, "MEND  settings           LIANOU_GATEWAY_ADRR is not a setting"},
		"service":  {nil, []string{"doctor", "--for", "gateway"}, "MEND  postgresql         LIANOU_DATABASE_URL is not set"},
	} {
		cmd := s.command(c.args...)
		cmd.Env = append(cmd.Env, c.lines...)
		out, err := cmd.CombinedOutput()
		if err == nil || !bytes.Contains(out, []byte(c.say)) || !bytes.Contains(out, []byte("to mend")) {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
	if out, _ := s.run("doctor"); !sound(out) {
		t.Errorf("a machine that is well:\n%s", out)
	}
	lonely := filepath.Join(t.TempDir(), "lianou")
	program, err := os.ReadFile(filepath.Join(s.bin, "lianou"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(lonely, program, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := s.command("doctor")
	cmd.Path = lonely
	if out, err := cmd.CombinedOutput(); err == nil || !bytes.Contains(out, []byte("MEND  programs")) || !bytes.Contains(out, []byte("run: make build")) {
		t.Errorf("alone: %v\n%s", err, out)
	}
}
