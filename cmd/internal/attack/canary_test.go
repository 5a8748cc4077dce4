package attack

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"

	"lianou/cmd/internal/visitor"
)

// diagnosis is a sentence nobody else says.
const diagnosis = "髓母细胞瘤术后复发转移"

// forms gives every spelling in which a secret could lie somewhere: as it is, in an
// address, in base64 at each of the three alignments, in hexadecimal, as escaped
// JSON, backwards.
func forms(secret string) map[string][]byte {
	raw := []byte(secret)
	out := map[string][]byte{"raw": raw, "hex": []byte(hex.EncodeToString(raw)), "HEX": []byte(strings.ToUpper(hex.EncodeToString(raw)))}
	back := []rune(secret)
	slices.Reverse(back)
	out["reversed"] = []byte(string(back))
	if escaped := url.QueryEscape(secret); escaped != secret {
		out["address"] = []byte(escaped)
		var b strings.Builder
		for _, u := range utf16.Encode([]rune(secret)) {
			b.WriteString(`\u` + hex.EncodeToString([]byte{byte(u >> 8), byte(u)}))
		}
		out["json"] = []byte(b.String())
	}
	for shift := range 3 {
		coded := base64.StdEncoding.EncodeToString(append(make([]byte, shift), raw...))
		whole := coded[4*((shift+2)/3) : len(coded)-4] // what neither neighbour can change
		out["base64/"+string('0'+rune(shift))] = []byte(whole)
	}
	return out
}

// find names the secrets a text holds.
func find(t *testing.T, where string, text []byte, secrets map[string]string) {
	t.Helper()
	for name, secret := range secrets {
		for form, needle := range forms(secret) {
			if at := bytes.Index(text, needle); at >= 0 {
				t.Errorf("%s holds the %s (%s): ...%q...", where, name, form, text[max(0, at-60):min(len(text), at+len(needle)+20)])
			}
		}
	}
}

// The scan is itself tried: a secret in any spelling is found in a heap of noise.
func TestScanFindsEverySpelling(t *testing.T) {
	secret := map[string]string{"number": made(40).id}
	for shift := range 3 {
		hidden := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + made(40).id + "yz"))
		for name, text := range map[string]string{"base64": hidden, "hex": hex.EncodeToString([]byte("a" + made(40).id)), "raw": "a" + made(40).id} {
			var seen recorder
			find2(&seen, "noise "+text+" noise", secret)
			if seen == 0 {
				t.Errorf("%s with %d bytes before it is not found", name, shift)
			}
		}
	}
}

type recorder int

func find2(r *recorder, text string, secrets map[string]string) {
	for _, secret := range secrets {
		for _, needle := range forms(secret) {
			if strings.Contains(text, string(needle)) {
				*r++
			}
		}
	}
}

// P23 and P24: what people told us in confidence lies nowhere but sealed. Secrets
// go in by every door, by good messages and by bad ones; then everything the city
// keeps is searched: logs, metrics, Redis, files, the database's own files with its
// write-ahead log, and a dump of it.
// Controls: one log line with the error of a cast; a column that is not sealed.
func TestSecretsLieNowhere(t *testing.T) {
	app, mini, window, caller := made(11).known(t), made(12).known(t), made(13), made(14)
	secrets := map[string]string{"diagnosis": diagnosis}
	for _, p := range []person{app, mini, window} {
		secrets["number of "+p.key], secrets["card of "+p.key], secrets["phone of "+p.key] = p.id, p.card, p.phone
	}
	secrets["phone of the caller"] = caller.phone
	appToken, miniToken := app.app(t), mini.wechat(t)
	secrets["token of a session"] = appToken[len(appToken)-40:]
	goodForm := func(p person, door, token string) map[string]any {
		f := p.form(t, door, token)
		f["story"] = "孩子" + diagnosis + ",手机 " + p.phone
		return f
	}
	receipts := []string{accepted(t, "app", appToken, goodForm(app, "app", appToken)), accepted(t, "wechat", miniToken, goodForm(mini, "wechat", miniToken))}
	failing(t, "app", app, appToken, goodForm(app, "app", appToken))
	failing(t, "wechat", mini, miniToken, goodForm(mini, "wechat", miniToken))
	atTheWindow(t, window)
	deliver(t, fresh(call("CA"+digestOf("canary")[:20], caller.phone, "")))
	deliver(t, hook{id: "msg_canary1", body: call("CAx", caller.phone, ""), at: time.Now(), signature: "v1,AAAA"})
	deliver(t, fresh(`{"call_id":"x","caller":"`+caller.phone+`","story":"`+diagnosis+`"`))
	var cases []int
	for _, r := range receipts {
		cases = append(cases, opened(t, r))
	}
	officer := sits(t, "wangmiao.officer")
	for _, path := range []string{"/desk/township?q=" + app.id, "/desk/township?q=" + url.QueryEscape(diagnosis), "/desk/township/case/" + app.phone} {
		_, _ = officer.Open(t.Context(), path) // refused or empty: what it leaves behind counts
	}

	scanEverything(t, secrets)
	swapped(t, officer, cases)
}

// failing sends secrets where they do not belong.
func failing(t *testing.T, door string, p person, token string, good map[string]any) {
	t.Helper()
	base := city.Gateway + "/c/" + door
	for _, bad := range []map[string]any{
		with(good, p.id, diagnosis), with(good, "live.region", p.id), with(good, "key", p.phone+" "+p.id), with(good, "contact.phone", p.id),
		with(good, "applicant.id_number", p.phone), with(good, "account", p.phone+p.phone), with(good, "applicant.name", p.id), with(good, "items", []any{p.id}),
		with(good, "household.income_12m", p.id), with(good, "household."+p.phone, 1), with(good, "story", diagnosis+"\x00"), with(good, "consents", p.card),
		with(good, "household.members", []any{map[string]any{"ref": p.id, "relation": p.phone}}),
	} {
		if a := apply(t, door, token, bad); a.status < 400 {
			t.Errorf("a form with a secret in a wrong place was taken: %d", a.status)
		}
	}
	auth := "Bearer " + token
	send(t, "POST", base+"/applications", []byte(`{"key":"`+p.id+`","story":"`+diagnosis), "Authorization", auth)
	send(t, "GET", base+"/applications/"+p.id, nil, "Authorization", auth)
	send(t, "GET", base+"/applications?q="+p.id, nil, "Authorization", auth)
	send(t, "GET", base+"/"+p.phone, nil, "Authorization", auth, "User-Agent", p.id, "Referer", "http://x/"+p.card)
	send(t, "POST", base+"/login", toJSON(t, map[string]string{"phone": p.phone, "code": "000000"}))
	send(t, "POST", base+"/login", toJSON(t, map[string]string{"code": p.id}))
	send(t, "POST", base+"/login/refresh", toJSON(t, map[string]string{"refresh": p.id + diagnosis}))
	body, kind := upload(t, p.id, diagnosis, []byte(p.card+p.id))
	send(t, "POST", base+"/papers", body, "Authorization", auth, "Content-Type", kind)
}

func atTheWindow(t *testing.T, p person) {
	t.Helper()
	clerk := sits(t, "pingyuan.clerk")
	good := p.window()
	good.Set("story", diagnosis)
	if _, err := counter(t, clerk, good); err != nil {
		t.Fatalf("the good form: %v", err)
	}
	for field, value := range map[string]string{"m0.id_number": p.id + "1", "live.village": p.id, "h." + p.id: diagnosis, "h.income_12m": p.card, "key": diagnosis, "account": p.id} {
		bad := p.window()
		bad.Set(field, value)
		if _, err := counter(t, clerk, bad); err == nil {
			t.Errorf("a form with a secret in %s was taken", field)
		}
	}
	page, err := clerk.Open(t.Context(), "/desk/login")
	if err == nil {
		if form, err := page.Form("/desk/login"); err == nil {
			_, _ = clerk.Send(t.Context(), form, url.Values{"login": {p.id}, "password": {p.card}}) // refused
		}
	}
}

// scanEverything searches what the city keeps, and what it says of itself.
func scanEverything(t *testing.T, secrets map[string]string) {
	t.Helper()
	find(t, "the gateway's /metrics", send(t, "GET", city.Gateway+"/metrics", nil).body, secrets)
	find(t, "the platform's /metrics", send(t, "GET", city.Platform+"/metrics", nil).body, secrets)
	scanRedis(t, secrets)
	cluster := scanDatabase(t, secrets)
	scanFiles(t, dataDir, secrets)
	if !strings.HasPrefix(cluster, dataDir) {
		scanFiles(t, cluster, secrets)
	}
}

func scanRedis(t *testing.T, secrets map[string]string) {
	t.Helper()
	opts, err := redis.ParseURL(place.Redis)
	if err != nil {
		t.Fatal("the address of Redis does not parse")
	}
	r := redis.NewClient(opts)
	defer r.Close()
	keys, err := r.Keys(t.Context(), "*").Result()
	if err != nil {
		t.Fatalf("list Redis: %v", err)
	}
	var all bytes.Buffer
	for _, key := range keys {
		value, err := r.Dump(t.Context(), key).Result()
		if err != nil && err != redis.Nil {
			t.Fatalf("dump a key of Redis: %v", err)
		}
		all.WriteString(key + "\n" + value + "\n")
	}
	find(t, "Redis", all.Bytes(), secrets)
}

// scanDatabase searches a dump, and gives the folder of the private cluster.
func scanDatabase(t *testing.T, secrets map[string]string) string {
	t.Helper()
	conn := superuser(t)
	var dir string
	if err := conn.QueryRow(t.Context(), `select current_setting('data_directory')`).Scan(&dir); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), `checkpoint`); err != nil { // so that the files hold what the tables hold
		t.Fatal(err)
	}
	dump := exec.CommandContext(t.Context(), "pg_dump", "--no-owner", place.Admin)
	text, err := dump.Output()
	if err != nil || len(text) < 100_000 {
		t.Fatalf("pg_dump gave %d bytes: %v", len(text), err)
	}
	find(t, "a dump of the database", text, secrets)
	return filepath.Dir(dir)
}

func superuser(t *testing.T) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), place.Admin)
	if err != nil {
		t.Fatal("connect as superuser")
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// scanFiles searches every file below a folder. What the stand-ins keep is left
// out: they play the world outside, a bank and telephones, and know these people.
func scanFiles(t *testing.T, root string, secrets map[string]string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || strings.HasPrefix(d.Name(), "standin.json") {
			return nil // gone meanwhile, or a socket
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return nil
		}
		files++
		find(t, path, text, secrets)
		return nil
	})
	if err != nil || files < 5 {
		t.Errorf("looked at %d files of %s: %v", files, root, err)
	}
}

// swapped changes sealed values from outside, as who holds the database can: what
// was moved to another row or another column opens nowhere.
// Control: seal.At without Column.
func swapped(t *testing.T, officer *visitor.Visitor, cases []int) {
	t.Helper()
	conn := superuser(t)
	do := func(sql string, args ...any) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	at := "/desk/township/case/" + itoa(cases[0])
	if _, err := officer.Open(t.Context(), at); err != nil {
		t.Fatalf("before the swap: %v", err)
	}
	const between = `update casefile a set story = b.story from casefile b where (a.id, b.id) in (($1, $2), ($2, $1))`
	const within = `update casefile set story = live_detail, live_detail = story where id = $1`
	for name, swap := range map[string]func(){
		"between two people":  func() { do(between, cases[0], cases[1]) },
		"between two columns": func() { do(within, cases[0]) },
	} {
		swap()
		page, err := officer.Open(t.Context(), at)
		if err == nil || page == nil || page.Status < 500 {
			t.Errorf("a value swapped %s was opened", name)
		}
		if page != nil && (strings.Contains(page.Body, diagnosis) || strings.Contains(page.Body, "7号")) {
			t.Errorf("a value swapped %s was shown", name)
		}
		swap() // back
	}
	if _, err := officer.Open(t.Context(), at); err != nil {
		t.Errorf("after swapping back: %v", err)
	}
}

func itoa(n int) string { b, _ := json.Marshal(n); return string(b) }
