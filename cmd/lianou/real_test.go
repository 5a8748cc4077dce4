package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/pquerna/otp/totp"

	"lianou/core/pg/pgtest"
	"lianou/core/staff"
)

// real is an installation as the operator's guide makes one: a migrated database,
// keys, and each program as a service with its own role, file and folder.
type real struct {
	*site
	env    *pgtest.Env
	keys   string
	papers map[string][]string // codes on paper, by log-in
}

func newReal(t *testing.T) *real {
	t.Helper()
	s := newSite(t)
	r := &real{site: s, env: pgtest.Empty(t), keys: filepath.Join(filepath.Dir(s.dir), "keys"), papers: map[string][]string{}}
	r.must(r.tool("", []string{"LIANOU_DATABASE_URL=" + r.env.Superuser()}, "migrate"))
	r.must(r.tool("", nil, "keys", "make", "--dir", r.keys))
	r.site.env = append(r.site.env, "LIANOU_REDIS_URL=redis://"+miniredis.RunT(t).Addr(), "LIANOU_BLOB_URL=file://"+filepath.Join(filepath.Dir(s.dir), "blob"))
	return r
}

func (r *real) must(out string, err error) string {
	r.t.Helper()
	if err != nil {
		r.t.Fatalf("%v\n%s", err, out)
	}
	return out
}

// service is the environment of one program.
func (r *real) service(program string, more ...string) []string {
	lines := []string{"LIANOU_DATA_DIR=" + filepath.Join(filepath.Dir(r.dir), program), "LIANOU_KEY_FILE=" + filepath.Join(r.keys, program+".keys"),
		"LIANOU_DATABASE_URL=" + r.env.URL(pgtest.Role("lianou_"+program))}
	if program == "platform" {
		lines = append(lines, "LIANOU_AUDIT_DATABASE_URL="+r.env.URL(pgtest.Audit), "LIANOU_BANK_ACCOUNT=37140000000000000001")
	}
	return append(lines, more...)
}

func (r *real) tool(stdin string, env []string, args ...string) (string, error) {
	cmd := r.command(args...)
	cmd.Env = append(cmd.Env, env...)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// start runs a program and waits until it is ready.
func (r *real) start(program string) (stop func()) {
	r.t.Helper()
	r.out = &output{}
	cmd := exec.Command(filepath.Join(r.bin, program))
	cmd.Env = append(append([]string{}, r.site.env...), r.service(program)...)
	cmd.Stdout, cmd.Stderr = r.out, r.out
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	stop = func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		<-ended
	}
	r.t.Cleanup(stop)
	r.until(program, func() bool { return r.answers(program, "/readyz") })
	return stop
}

// browser logs in at the desk.
func (r *real) browser() *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		r.t.Fatal(err)
	}
	return &http.Client{Jar: jar, Timeout: 30 * time.Second}
}

// enters reports whether a log-in leads past the log-in page, with a phone that is bound the first
// time and a code on paper after that.
func (r *real) enters(c *http.Client, login, password string) bool {
	r.t.Helper()
	at, page := r.sends(c, "/desk/login", url.Values{"login": {login}, "password": {password}})
	switch at {
	case "/desk/login/phone":
		letters := regexp.MustCompile(`class="letters num">([A-Z2-7 ]+)<`).FindStringSubmatch(page)
		if letters == nil {
			r.t.Fatalf("no phone is offered: %s", page)
		}
		code, err := totp.GenerateCode(strings.ReplaceAll(letters[1], " ", ""), time.Now())
		if err != nil {
			r.t.Fatal(err)
		}
		_, page = r.sends(c, at, url.Values{"code": {code}})
		r.papers[login] = nil
		for _, found := range regexp.MustCompile(`<li>([a-z2-9]{5}-[a-z2-9]{5})</li>`).FindAllStringSubmatch(page, -1) {
			r.papers[login] = append(r.papers[login], found[1])
		}
		return len(r.papers[login]) == 10
	case "/desk/login/code":
		at, _ = r.sends(c, at, url.Values{"code": {r.paper(login)}})
	}
	return at != "" && !strings.HasPrefix(at, "/desk/login")
}

// paper is a code on paper of somebody's that was not used yet.
func (r *real) paper(login string) string {
	r.t.Helper()
	list := r.papers[login]
	if len(list) == 0 {
		r.t.Fatalf("%s has no codes on paper", login)
	}
	r.papers[login] = list[1:]
	return list[0]
}

// sends posts a form, and gives where that led, "" for an answer that is no page, and the page.
func (r *real) sends(c *http.Client, to string, form url.Values) (at, page string) {
	r.t.Helper()
	resp, err := c.PostForm(r.url["platform"]+to, form)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	if resp.StatusCode == http.StatusOK {
		at = resp.Request.URL.Path
	}
	return at, string(body)
}

func (r *real) inside(c *http.Client) bool {
	r.t.Helper()
	resp, err := c.Get(r.url["platform"] + "/desk/")
	if err != nil {
		r.t.Fatal(err)
	}
	resp.Body.Close()
	return resp.Request.URL.Path != "/desk/login"
}

const long = "a long sentence of one's own"

// The guide's way to a real installation: migrate, keys, an account, both programs;
// a new password and a closed account end what went before; a rotated key loses
// nothing and the log stays whole.
func TestRealInstallation(t *testing.T) {
	t.Parallel()
	r := newReal(t)
	add := []string{"staff", "add", "wang.li", "王丽", "--role", "officer", "--at", "平原县王庙镇"}
	for password, say := range map[string]string{staff.DemoPassword: "演示用的密码", "short": "密码至少", "": "no password on standard input"} {
		if out, err := r.tool(password, r.service("platform"), add...); err == nil || !strings.Contains(out, say) {
			t.Errorf("%q: %v %s", password, err, out)
		}
	}
	if out, err := r.tool(long, r.service("platform"), "staff", "add", "x1", "甲", "--role", "officer", "--at", "平原县"); err != nil {
		t.Errorf("a county: %v %s", err, out)
	}
	if out, err := r.tool(long, r.service("platform"), "staff", "add", "x2", "乙", "--role", "officer", "--at", "不存在镇"); err == nil || !strings.Contains(out, "there is no place") {
		t.Errorf("no such place: %v %s", err, out)
	}
	r.must(r.tool(long+"\n", r.service("platform"), add...))
	if out, err := r.tool(long, r.service("platform"), add...); err == nil || !strings.Contains(out, "已经有人用了") {
		t.Errorf("again: %v %s", err, out)
	}
	if out := r.must(r.tool("", r.service("platform"), "staff", "list")); !strings.Contains(out, "wang.li") || !strings.Contains(out, "371426104") || strings.Contains(out, "argon2") {
		t.Errorf("list:\n%s", out)
	}
	for _, program := range []string{"gateway", "platform"} {
		if out, err := r.tool("", r.service(program), "doctor", "--for", program); strings.Contains(out, "MEND  role") || strings.Contains(out, "MEND  keys") || strings.Contains(out, "MEND  tables") {
			t.Errorf("doctor for %s: %v\n%s", program, err, out)
		}
	}

	for setting, says := range map[string]string{"LIANOU_SECOND_FACTOR=auto": "ok    second factor      demanded; 0 of 2 active accounts", "LIANOU_SECOND_FACTOR=off": "MEND  second factor      a password alone is enough"} {
		if out, _ := r.tool("", r.service("platform", setting), "doctor", "--for", "platform"); !strings.Contains(out, says) {
			t.Errorf("doctor with %s:\n%s", setting, out)
		}
	}

	r.start("gateway")
	stop := r.start("platform")
	r.rulesByHand()
	first := r.browser()
	if !r.enters(first, "wang.li", long) || !r.inside(first) {
		t.Fatalf("the new account does not get in\n%s", r.out.text())
	}
	r.must(r.tool(long+", another\n", r.service("platform"), "staff", "reset", "wang.li"))
	if r.inside(first) || r.enters(r.browser(), "wang.li", long) || !r.enters(r.browser(), "wang.li", long+", another") {
		t.Error("a new password did not end what went before")
	}

	r.must(r.tool("", nil, "keys", "rotate", filepath.Join(r.keys, "platform.keys")))
	stop()
	r.start("platform")
	second := r.browser()
	if !r.enters(second, "wang.li", long+", another") {
		t.Error("after the rotation nobody gets in")
	}
	// A phone is gone: it ends with the password, and the next log-in binds another.
	lost := []string{"staff", "lost-phone", "wang.li", "--why", "手机丢了,本人到场"}
	r.must(r.tool(long+", a third\n", r.service("platform"), lost...))
	if out, err := r.tool(long+", a fourth\n", r.service("platform"), lost...); err == nil || !strings.Contains(out, "没有绑定动态口令") {
		t.Errorf("a phone that is gone is lost: %v %s", err, out)
	}
	if r.inside(second) || r.enters(r.browser(), "wang.li", long+", another") || !r.enters(second, "wang.li", long+", a third") || !r.inside(second) {
		t.Error("a lost phone did not end with the password, or no other is bound")
	}
	r.must(r.tool("", r.service("platform"), "staff", "disable", "wang.li"))
	if r.inside(second) || r.enters(r.browser(), "wang.li", long+", a third") {
		t.Error("a closed account gets in")
	}
	r.must(r.tool("", r.service("platform"), "staff", "enable", "wang.li"))
	r.until("the log to be numbered", func() bool {
		out, err := r.tool("", r.service("platform"), "audit", "verify")
		return err == nil && !strings.Contains(out, "wait for their place")
	})
	var acts int
	const traced = `select count(distinct act) from audit_entry where actor_kind = 'operator' and actor_id <> '' and act = any ($1)`
	want := []string{"staff.created", "staff.listed", "staff.password_set", "staff.closed", "staff.opened", "staff.factor_ended"}
	if err := r.env.DB(pgtest.Audit).Pool().QueryRow(t.Context(), traced, want).Scan(&acts); err != nil || acts != len(want) {
		t.Errorf("%d of %d acts of the operator are in the log: %v", acts, len(want), err)
	}
}

// rulesByHand is the operator's way to the rules: the platform made those of the program the
// first edition, and whoever drafts says who they are.
func (r *real) rulesByHand() {
	r.t.Helper()
	if out := r.must(r.tool("", r.service("platform"), "policy", "list")); !strings.Contains(out, "随程序发布的第一版") {
		r.t.Errorf("policy list:\n%s", out)
	}
	r.must(r.tool(long, r.service("platform"), "staff", "add", "han.city", "韩立新", "--role", "city", "--at", "德州市"))
	draft := []string{"policy", "draft", "--why", "没有改动", "--as", "han.city"}
	if out, err := r.tool(long, r.service("platform"), draft...); err == nil || !strings.Contains(out, "绑定手机") {
		r.t.Errorf("drafted with a password alone: %v %s", err, out)
	}
	if !r.enters(r.browser(), "han.city", long) {
		r.t.Fatal("no phone was bound")
	}
	if out, err := r.tool(long+"x", r.service("platform"), draft...); err == nil || !strings.Contains(out, "用户名或密码不对") {
		r.t.Errorf("drafted by anybody: %v %s", err, out)
	}
	if out := r.must(r.tool(long+"\n"+r.paper("han.city")+"\n", r.service("platform"), draft...)); !strings.Contains(out, "no draft was made") {
		r.t.Errorf("the program's own rules as a draft:\n%s", out)
	}
}

// Each program refuses, in one sentence, a role that sees past row-level security,
// a database older than itself, and outside a demo the accounts and secrets that
// everybody knows.
// Control: leave admit out of boot.OpenStores, checkRole out of pg.Open, or
// refuseDefaults out of staff.New.
func TestProgramsRefuse(t *testing.T) {
	t.Parallel()
	r := newReal(t)
	refused := func(name, program, say string, more ...string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		cmd := exec.CommandContext(ctx, filepath.Join(r.bin, program))
		cmd.Env = append(append([]string{}, r.site.env...), r.service(program, more...)...)
		out, err := cmd.CombinedOutput()
		last := out[bytes.LastIndexByte(bytes.TrimSpace(out), '\n')+1:]
		if err == nil || ctx.Err() != nil || !bytes.Contains(last, []byte(say)) {
			t.Errorf("%s as %s: %v\n%s", program, name, err, out)
		}
	}
	demo := demoSettings("127.0.0.1:1", "127.0.0.1:2")
	for _, program := range []string{"gateway", "platform"} {
		refused("superuser", program, "past row-level security", "LIANOU_DATABASE_URL="+r.env.Superuser())
		refused("owner", program, "past row-level security", "LIANOU_DATABASE_URL="+r.env.URL(pgtest.Owner))
		refused("BYPASSRLS", program, "past row-level security", "LIANOU_DATABASE_URL="+r.env.URL(pgtest.Import))
		for _, setting := range []string{"LIANOU_HOTLINE_WEBHOOK_SECRET", "LIANOU_HOTLINE_TWILIO_TOKEN", "LIANOU_FREESWITCH_PASSWORD", "LIANOU_JAMBONZ_SECRET",
			"LIANOU_JAMBONZ_PASSWORD", "LIANOU_CTI_TOKEN", "LIANOU_WECHAT_SECRET",
			"LIANOU_SMS_SECRET_KEY", "LIANOU_IDENTITY_SECRET_KEY", "LIANOU_BANK_PASSWORD"} {
			refused("a demo's secret", program, setting, setting+"="+demo[setting])
		}
	}
	insert(t, r.env, `insert into staff_account (login, name, roles, regions, password, demo, made) values ('x1', 'x', '{officer}', '{371426104}', '$argon2id$x', true, now())`)
	refused("a demo's account", "platform", "lianou staff disable --demo")
	if out := r.must(r.tool("", r.service("platform"), "staff", "disable", "--demo")); !strings.Contains(out, "1 accounts closed") {
		t.Errorf("closing them: %s", out)
	}
	insert(t, r.env, `delete from lianou_migration where version_id = 95`)
	for _, program := range []string{"gateway", "platform"} {
		refused("an older database", program, "run: lianou migrate")
	}
}

// Keys are made once, 0600 in a folder 0700, rotated in one step or in two.
func TestKeysCommand(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if out, err := s.run("keys", "make"); err != nil || !strings.Contains(out, "public key of the audit log: lianou/audit+") {
		t.Fatalf("%v\n%s", err, out)
	}
	dir := filepath.Join(s.dir, "keys")
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("folder: %v", info.Mode())
	}
	if out, err := s.run("keys", "make"); err == nil || !strings.Contains(out, "never overwritten") {
		t.Errorf("again: %v\n%s", err, out)
	}
	file := filepath.Join(dir, "gateway.keys")
	for _, c := range []struct {
		args []string
		say  string
	}{
		{[]string{"keys", "rotate", "--prepare", file}, "keys [1 2], 1 seals, 2 waits"},
		{[]string{"keys", "rotate", file}, "keys [1 2], 2 seals"},
		{[]string{"keys", "rotate", file}, "keys [1 2 3], 3 seals"},
	} {
		if out, err := s.run(c.args...); err != nil || !strings.Contains(out, c.say) || !strings.Contains(out, "next: ") {
			t.Errorf("%v: %v\n%s", c.args, err, out)
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
	}
}
