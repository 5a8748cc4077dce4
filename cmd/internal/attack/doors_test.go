package attack

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"lianou/cmd/internal/standin"
	"lianou/cmd/internal/visitor"
	"lianou/core"
	"lianou/core/staff"
	"lianou/intake/interview"
)

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

type problem struct {
	Status              int
	Code, Detail, Field string
}

// problem reads an RFC 9457 answer; the test fails when it is none.
func (a answer) problem(t *testing.T) problem {
	t.Helper()
	var p problem
	if !strings.HasPrefix(a.header.Get("Content-Type"), "application/problem+json") || json.Unmarshal(a.body, &p) != nil {
		t.Errorf("answer %d is no problem+json: %.200s", a.status, a.body)
	}
	return p
}

var client = &http.Client{Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// send makes one request; header is name, value, name, value. To a door of citizens
// each test comes on a line of its own: how fast the machine runs forty tests is no
// reason for the door to say that somebody is too quick.
func send(t *testing.T, method, address string, body []byte, header ...string) answer {
	t.Helper()
	if strings.HasPrefix(address, city.Gateway+"/c/") {
		header = append([]string{"X-Forwarded-For", lineOf(t)}, header...)
	}
	a, err := try(t.Context(), method, address, body, header...)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// lineOf is the address a test comes from, of those kept for benchmarks (RFC 2544).
func lineOf(t *testing.T) string {
	test, _, _ := strings.Cut(t.Name(), "/")
	sum := crc32.ChecksumIEEE([]byte(test))
	return fmt.Sprintf("198.18.%d.%d", sum>>8&0xff, sum&0xff)
}

func try(ctx context.Context, method, address string, body []byte, header ...string) (answer, error) {
	return through(ctx, client, method, address, body, header...)
}

func through(ctx context.Context, client *http.Client, method, address string, body []byte, header ...string) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 4<<20))
	return answer{resp.StatusCode, resp.Header, raw}, err
}

// person is a synthetic citizen nobody has in a register.
type person struct{ key, name, id, phone, card string }

// made makes the n-th person: a valid check digit, a valid Luhn digit.
func made(n int) person {
	first := fmt.Sprintf("371426%d%04d%03d", 1950+n%40, 1010+n%18, 700+n)
	card := fmt.Sprintf("62284800%010d", 4400000+n*97)
	sum := 0
	for i := range len(card) {
		d := int(card[len(card)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return person{key: fmt.Sprintf("attack%d", n), name: "试" + string([]rune("甲乙丙丁戊己庚辛壬癸")[n%10]), id: first + string(core.IDCheckDigit(first)),
		phone: fmt.Sprintf("1370534%04d", 3000+n*7), card: card + strconv.Itoa((10-sum%10)%10)}
}

// known makes the outside world know a person: a phone, a WeChat account.
func (p person) known(t *testing.T) person {
	t.Helper()
	body := toJSON(t, map[string]string{"key": p.key, "name": p.name, "id": p.id, "phone": p.phone, "account": p.card, "about": "attack"})
	if a := send(t, "POST", city.Standin+"/admin/people", body, "Content-Type", "application/json"); a.status != http.StatusCreated {
		t.Fatalf("the stand-in answered %d: %s", a.status, a.body)
	}
	return p
}

var sixDigits = regexp.MustCompile(`\b\d{6}\b`)

// app logs in at the app by the code of a text message and gives the token.
func (p person) app(t *testing.T) string {
	t.Helper()
	// From a line of their own: an address asks for twenty codes an hour.
	line, err := strconv.Atoi(p.phone[8:])
	if err != nil {
		t.Fatal(err)
	}
	home := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DialContext: (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 3, byte(1+line%250))}}).DialContext}}
	a, err := through(t.Context(), home, "POST", city.Gateway+"/c/app/login/code", toJSON(t, map[string]string{"phone": p.phone}))
	if err != nil || a.status != http.StatusAccepted {
		t.Fatalf("ask for a code: %d %s %v", a.status, a.body, err)
	}
	var asked struct{ Ticket string }
	if err := json.Unmarshal(a.body, &asked); err != nil {
		t.Fatal(err)
	}
	box := send(t, "GET", city.Standin+"/phone/"+p.key+"/inbox", nil)
	code := sixDigits.Find(box.body)
	return session(t, send(t, "POST", city.Gateway+"/c/app/login", toJSON(t, map[string]string{"phone": p.phone, "code": string(code), "ticket": asked.Ticket})))
}

// wechat logs in at the mini-program and gives the token.
func (p person) wechat(t *testing.T) string {
	t.Helper()
	var got struct{ Code string }
	a := send(t, "POST", city.Standin+"/phone/"+p.key+"/login", []byte(`{}`), "Content-Type", "application/json")
	if json.Unmarshal(a.body, &got) != nil || got.Code == "" {
		t.Fatalf("wx.login: %d %s", a.status, a.body)
	}
	return session(t, send(t, "POST", city.Gateway+"/c/wechat/login", toJSON(t, map[string]string{"code": got.Code})))
}

func session(t *testing.T, a answer) string {
	t.Helper()
	var got struct{ Token string }
	if a.status != http.StatusOK || json.Unmarshal(a.body, &got) != nil || got.Token == "" {
		t.Fatalf("log in: %d %s", a.status, a.body)
	}
	return got.Token
}

// pingyuan is a township of the demonstration with staff of every role.
const pingyuan = "371426104"

// form is a request that every citizen's door accepts, signed with strokes that
// were uploaded through one of them.
func (p person) form(t *testing.T, door, token string) map[string]any {
	t.Helper()
	body, kind := upload(t, "strokes", "application/json", []byte(scrawl(0)))
	a := send(t, "POST", city.Gateway+"/c/"+door+"/papers", body, "Authorization", "Bearer "+token, "Content-Type", kind)
	var kept struct{ Digest string }
	if a.status != http.StatusCreated || json.Unmarshal(a.body, &kept) != nil {
		t.Fatalf("sign: %d %s", a.status, a.body)
	}
	return map[string]any{
		"signature": map[string]any{"strokes": kept.Digest, "document": digestOf(interview.Promise)},
		"key":       rand.Text(), "contact": map[string]any{"name": p.name, "phone": p.phone, "capacity": "self"},
		"applicant": map[string]any{"name": p.name, "id_number": p.id},
		"live":      map[string]any{"region": pingyuan + "200", "detail": "7号"},
		"household": map[string]any{"area": "rural", "members": []any{map[string]any{"ref": "m1", "relation": "applicant", "age": 60}}},
		"people":    []any{map[string]any{"ref": "m1", "name": p.name, "id_number": p.id}},
		"story":     "地里淹了", "account": p.card,
		"consents": []any{map[string]any{"purpose": "process", "version": "2026-01", "how": "tick"}, map[string]any{"purpose": "means_check", "version": "2026-01", "how": "signature"}},
	}
}

// apply sends a form to a door of citizens.
func apply(t *testing.T, door, token string, form any) answer {
	t.Helper()
	return send(t, "POST", city.Gateway+"/c/"+door+"/applications", toJSON(t, form), "Authorization", "Bearer "+token, "Content-Type", "application/json")
}

// accepted sends a form that must be taken and gives its receipt.
func accepted(t *testing.T, door, token string, form any) string {
	t.Helper()
	a := apply(t, door, token, form)
	var got struct{ Receipt string }
	if a.status != http.StatusCreated || json.Unmarshal(a.body, &got) != nil {
		t.Fatalf("apply by %s: %d %s", door, a.status, a.body)
	}
	return got.Receipt
}

// opened waits for the case of a receipt and gives its number.
func opened(t *testing.T, receipt string) int {
	t.Helper()
	const sql = `select coalesce(max(case_id), 0) from case_application where receipt = $1`
	until(t, "the case of "+receipt, func() bool { return number(t, sql, receipt) > 0 })
	return number(t, sql, receipt)
}

func toJSON(t *testing.T, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// upload makes the two parts of an upload and their content type.
func upload(t *testing.T, kind, mime string, data []byte) ([]byte, string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := w.WriteField("kind", kind); err != nil {
		t.Fatal(err)
	}
	part, err := w.CreatePart(textproto.MIMEHeader{"Content-Type": {mime}, "Content-Disposition": {`form-data; name="file"; filename="a.jpg"`}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), w.FormDataContentType()
}

func picture(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// scrawl is a finger's signature; each hand has its own.
func scrawl(hand int) string {
	return fmt.Sprintf(`[{"points":[{"x":%d,"y":2},{"x":3,"y":4},{"x":5,"y":7},{"x":9,"y":11}]}]`, 1+hand)
}

// hook is one message of the exchange, before it is bent.
type hook struct {
	id, body, signature string
	at                  time.Time
}

func call(id, caller, recording string) string {
	m := map[string]any{"call_id": id, "caller": caller, "called": "12345", "began": time.Now().UTC().Format(time.RFC3339)}
	if recording != "" {
		m["recording"] = map[string]any{"url": recording, "seconds": 3}
		m["ended"] = time.Now().UTC().Format(time.RFC3339)
	}
	raw, _ := json.Marshal(m) // strings always encode
	return string(raw)
}

func secret() []byte {
	raw, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(standin.DemoWebhookSecret(), "whsec_")) // a constant
	return raw
}

func signed(key []byte, h hook) string {
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.%s", h.id, h.at.Unix(), h.body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// deliver sends a hook, signed well unless it brings its own signature.
func deliver(t *testing.T, h hook) answer {
	t.Helper()
	if h.signature == "" {
		h.signature = "v1," + signed(secret(), h)
	}
	return send(t, "POST", city.Gateway+"/c/hotline/webhook", []byte(h.body), "Content-Type", "application/json", "webhook-id", h.id,
		"webhook-timestamp", strconv.FormatInt(h.at.Unix(), 10), "webhook-signature", h.signature)
}

func fresh(body string) hook { return hook{id: "msg_" + rand.Text(), body: body, at: time.Now()} }

// sits logs a member of staff in at the desk.
func sits(t *testing.T, login string) *visitor.Visitor {
	t.Helper()
	v, err := visitor.New(city.Platform)
	if err != nil {
		t.Fatal(err)
	}
	page, err := v.Open(t.Context(), "/desk/login")
	if err != nil {
		t.Fatal(err)
	}
	form, err := page.Form("/desk/login")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Send(t.Context(), form, url.Values{"login": {login}, "password": {staff.DemoPassword}}); err != nil {
		t.Fatalf("log in as %s: %v", login, err)
	}
	return v
}

// window fills the clerk's form for a person.
func (p person) window() url.Values {
	return url.Values{"key": {rand.Text()}, "applicant.name": {p.name}, "applicant.id_number": {p.id}, "contact.phone": {p.phone}, "contact.capacity": {"self"},
		"live.county": {"371426"}, "live.township": {pingyuan}, "live.village": {pingyuan + "200"}, "live.detail": {"7号"}, "story": {"地里淹了"}, "account": {p.card},
		"h.area": {"rural"}, "m0.name": {p.name}, "m0.id_number": {p.id}, "m0.relation": {"applicant"}, "m0.age": {"60"},
		"consent": {"process", "means_check"}, "consent.how": {"signature"}, "sign.applicant": {scrawl(0)}}
}

// counter sends the clerk's form.
func counter(t *testing.T, clerk *visitor.Visitor, change url.Values, files ...visitor.File) (*visitor.Page, error) {
	t.Helper()
	page, err := clerk.Open(t.Context(), "/desk/counter")
	if err != nil {
		t.Fatal(err)
	}
	form, err := page.Form("/c/counter/window")
	if err != nil {
		t.Fatal(err)
	}
	return clerk.Send(t.Context(), form, change, files...)
}

func digestOf(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
